using System.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Processes;

namespace DurableQueue.Cli.CommandLine;

/// <summary>One command that is being run: its arguments, its output, its queue.</summary>
internal sealed class DqInvocation(ParseResult parse, ProgramOutput output, CancellationToken cancellationToken) : IAsyncDisposable
{
    private SqliteTaskQueue? queue;

    public ParseResult Parse => parse;

    public ProgramOutput Output => output;

    /// <summary>Fires at Ctrl-C.</summary>
    public CancellationToken Token => cancellationToken;

    public TimeProvider Time { get; } = TimeProvider.System;

    public bool Json => output.Json;

    /// <summary>The real path, from which the names of all files beside the queue are derived.</summary>
    public string QueuePath => Files.QueuePath;

    public CommandFiles Files { get; } = new(QueueLocation.Find(parse.GetValue(GlobalOptions.Queue), note => output.Say($"dq: {note}")));

    /// <summary>How the queue is opened.</summary>
    public SqliteQueueOptions Options
    {
        get
        {
            var options = new SqliteQueueOptions { BackgroundSweeps = false };
            return parse.GetValue(GlobalOptions.BusyTimeout) is { } busy ? options with { BusyTimeout = busy } : options;
        }
    }

    public T? Get<T>(Option<T> option) => parse.GetValue(option);

    public T? Get<T>(Argument<T> argument) => parse.GetValue(argument);

    /// <summary>Whether it was given on the command line.</summary>
    public bool Has(Option option) => parse.GetResult(option) is { Implicit: false };

    /// <summary>
    /// Opens the queue, once. Without sweeps: what a dead worker left behind is for workers to take over, and a look at the queue must not take it back.
    /// </summary>
    public async ValueTask<ITaskQueue> OpenAsync() => queue ??= await SqliteTaskQueue.OpenAsync(QueuePath, Options, cancellationToken);

    public async ValueTask<CommandControl> OpenControlAsync() => new(await OpenAsync(), Files);

    public ValueTask DisposeAsync() => queue?.DisposeAsync() ?? ValueTask.CompletedTask;
}

using System.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Groups;
using DurableQueue.Processes;

namespace DurableQueue.Cli.CommandLine;

/// <summary>One run of a command: its arguments, its output and its queue.</summary>
internal sealed class DqInvocation(ParseResult parse, ProgramOutput output, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly CommandFiles beside = new(QueueLocation.Find(parse.GetValue(GlobalOptions.Queue), note => output.Say($"dq: {note}")));
    private SqliteTaskQueue? queue;
    private CommandFiles? files;
    private Settings? settings;
    private bool hasRequiredSettings;

    public ParseResult Parse => parse;

    public ProgramOutput Output => output;

    /// <summary>Cancelled by Ctrl-C.</summary>
    public CancellationToken Token => cancellationToken;

    public TimeProvider Time { get; } = TimeProvider.System;

    public bool Json => output.Json;

    /// <summary>The path without links. The names of all files beside the queue are derived from it.</summary>
    public string QueuePath => beside.QueuePath;

    /// <summary>The logs of the queue. Without valid settings they are looked for in the default place, so that a running command can still be reached.</summary>
    public CommandFiles Files => files ??= Settings.IsValid(SettingKeys.LogDirectory) && Settings.Get(SettingKeys.LogDirectory) is { } directory
        ? new CommandFiles(QueuePath, LogPlace.For(QueuePath, directory))
        : beside;

    /// <summary>The settings for this queue, read once.</summary>
    public Settings Settings => settings ??= Settings.For(QueuePath);

    /// <summary>The characters of tables and screens. A mistake in the settings hides no table.</summary>
    public Glyphs Glyphs => (Settings.IsValid(SettingKeys.Glyphs) ? Settings.Get(SettingKeys.Glyphs) : SettingKeys.Glyphs.Default) switch
    {
        "ascii" => Glyphs.Ascii,
        "unicode" => Glyphs.Unicode,
        _ => Glyphs.Detect(Environment.GetEnvironmentVariable),
    };

    public SqliteQueueOptions Options
    {
        get
        {
            var options = new SqliteQueueOptions
            {
                BackgroundSweeps = false,
                NewGroups = NewGroups,

                // A user without an entry in the list of users has no name.
                RequestedBy = Environment.UserName is { Length: > 0 } user ? user : null,
            };
            return parse.GetValue(GlobalOptions.BusyTimeout) is { } busy ? options with { BusyTimeout = busy } : options;
        }
    }

    /// <summary>The limits of groups that dq creates. Settings that are not valid refuse a new queue and new tasks, and not a look at a queue or the end of a task.</summary>
    public NewGroupLimits NewGroups
    {
        get
        {
            if (!File.Exists(QueuePath))
            {
                RequireSettings();
            }

            return Settings.Mistakes.Any()
                ? new NewGroupLimits(SettingKeys.DefaultParallel.Default, SettingKeys.Groups.Default)
                : new NewGroupLimits(Settings.Get(SettingKeys.DefaultParallel), Settings.Get(SettingKeys.Groups));
        }
    }

    /// <summary>Refuses settings that are not valid, and says once which files are not obeyed.</summary>
    public void RequireSettings()
    {
        Settings.RequireValid();
        if (hasRequiredSettings)
        {
            return;
        }

        hasRequiredSettings = true;
        foreach (var ignored in Settings.Ignored)
        {
            output.Say($"dq: {ignored}");
        }
    }

    public T? Get<T>(Option<T> option) => parse.GetValue(option);

    public T? Get<T>(Argument<T> argument) => parse.GetValue(argument);

    /// <summary>Whether the option was given on the command line.</summary>
    public bool Has(Option option) => parse.GetResult(option) is { Implicit: false };

    /// <exception cref="CliException">Several of these options are given.</exception>
    public void AtMostOne(params Option[] options)
    {
        if (options.Where(Has).Select(option => option.Name).ToArray() is [var first, var second, ..])
        {
            throw CliException.BadInput($"{first} and {second} contradict each other.");
        }
    }

    /// <summary>
    /// Opens the queue once, without sweeps: what a dead worker left is for other workers to take over, and showing the queue must not requeue it.
    /// </summary>
    public async ValueTask<ITaskQueue> OpenAsync()
    {
        if (queue is null)
        {
            var isNew = !File.Exists(QueuePath);
            queue = await SqliteTaskQueue.OpenAsync(QueuePath, Options, cancellationToken);
            if (isNew)
            {
                KnownQueues.Add(QueuePath);
            }
        }

        return queue;
    }

    /// <summary>Opens the queue of the run that dq is part of, unless <c>--queue</c> names it by another path.</summary>
    /// <exception cref="CliException">dq does not run inside a command.</exception>
    public async ValueTask<(ITaskQueue Queue, CurrentRun Run)> OpenRunAsync()
    {
        var run = CurrentRun.FromEnvironment()
            ?? throw CliException.WrongState("This works only inside a command that a worker of a queue runs: DURABLEQUEUE_RUN is not set.");
        var path = Has(GlobalOptions.Queue) ? QueuePath : run.QueuePath;
        queue ??= File.Exists(path)
            ? await SqliteTaskQueue.OpenAsync(path, Options, cancellationToken)
            : throw CliException.WrongState($"The queue {path} of task {run.TaskId} does not exist here; name its path with --queue.");
        return (queue, run);
    }

    public async ValueTask<CommandControl> OpenControlAsync() => new(await OpenAsync(), Files);

    /// <summary>The logs of the queue.</summary>
    public async ValueTask<CommandLogs> OpenLogsAsync() => new(await OpenAsync(), Files, Time);

    /// <summary>Closes the queue. The next call opens the file again, which may be another one by now.</summary>
    public async ValueTask CloseAsync()
    {
        await DisposeAsync();
        queue = null;
    }

    /// <summary>On the calling thread: another one would take longer to start than the queue takes to close.</summary>
    public ValueTask DisposeAsync()
    {
        queue?.Dispose();
        return ValueTask.CompletedTask;
    }
}

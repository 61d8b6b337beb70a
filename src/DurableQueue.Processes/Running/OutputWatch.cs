using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Processes.Running;

/// <summary>Reads the output of one command as it grows and raises notifications for its patterns.</summary>
/// <remarks>
/// It reads from the start of the log, even when a worker takes the command over. The key of each notification is its position in the output, so that none is
/// raised twice.
/// </remarks>
internal sealed class OutputWatch : IAsyncDisposable
{
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(100);
    private const int MostAtOnce = 64 * 1024;

    private readonly List<LineReader> readers;
    private readonly List<WatchedPattern> patterns;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly TaskId id;
    private readonly CancellationTokenSource stop = new();
    private readonly Task watching;
    private bool finished;

    private OutputWatch(List<LineReader> readers, List<WatchedPattern> patterns, TaskId id, TimeProvider time, ILogger log)
    {
        this.readers = readers;
        this.patterns = patterns;
        this.time = time;
        this.log = log;
        this.id = id;
        watching = Task.Run(WatchAsync);
    }

    /// <returns><see langword="null"/> if the command has no patterns.</returns>
    public static OutputWatch? Start(
        CommandTask command, RunHeader run, CommandFiles files, CommandSecrets secrets, ITaskNotifications notifications, TimeProvider time, ILogger log)
    {
        if (command.Watch is not { Count: > 0 } watch)
        {
            return null;
        }

        var hidden = SecretValues(command, secrets);
        var key = string.Create(CultureInfo.InvariantCulture, $"output:{run.TaskId}:{run.EnqueuedAtMs}:{run.AttemptToken}");
        var readers = new List<LineReader> { new(files.Log(run.TaskId, run.Attempt), "out") };
        if (command.SeparateErrors)
        {
            readers.Add(new LineReader(files.ErrorLog(run.TaskId, run.Attempt), "err"));
        }

        var patterns = watch.Select((pattern, i) => new WatchedPattern(pattern, run.TaskId, $"{key}:{i}", hidden, notifications, time, log)).ToList();
        return new OutputWatch(readers, patterns, run.TaskId, time, log);
    }

    /// <summary>Called after the end of the command: reads the rest and raises pending notifications.</summary>
    public async Task FinishAsync()
    {
        finished = true;
        await stop.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(false);
        try
        {
            await ReadAllAsync(atEnd: true).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            log.WatchFailed(id, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!finished)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
        }

        stop.Dispose();
        readers.ForEach(reader => reader.Dispose());
    }

    private async Task WatchAsync()
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await ReadAllAsync(atEnd: false).ConfigureAwait(false);
                await Task.Delay(ProbePeriod, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (Exception e)
        {
            log.WatchFailed(id, e);
        }
    }

    private async Task ReadAllAsync(bool atEnd)
    {
        foreach (var reader in readers)
        {
            IReadOnlyList<OutputLine> lines;
            do
            {
                lines = reader.Read(MostAtOnce, atEnd);
                foreach (var line in lines)
                {
                    foreach (var pattern in patterns)
                    {
                        await pattern.TakeAsync(line).ConfigureAwait(false);
                    }
                }
            }
            while (reader.MayHaveMore && (atEnd || !stop.IsCancellationRequested));
        }

        foreach (var pattern in patterns)
        {
            await pattern.SettleAsync(atEnd).ConfigureAwait(false);
        }
    }

    /// <summary>Shorter values are not masked: that would make the text unreadable.</summary>
    private static string[] SecretValues(CommandTask command, CommandSecrets secrets) =>
    [
        .. (command.Environment ?? CommandEnvironment.Readable())
            .Where(pair => pair.Value.Length >= 4 && secrets.IsSecret(pair.Key))
            .Select(pair => pair.Value)
            .OrderByDescending(value => value.Length),
    ];
}

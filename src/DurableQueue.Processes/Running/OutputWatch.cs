using Microsoft.Extensions.Logging;

namespace DurableQueue.Processes.Running;

/// <summary>Reads the output of one command as it grows and raises notifications for its patterns.</summary>
/// <remarks>
/// Each notification is stored together with the progress of all patterns, under the lease of the attempt. A worker that takes the command over reads from there:
/// what the crash came before is raised, and nothing is raised twice.
/// </remarks>
internal sealed class OutputWatch : IAsyncDisposable
{
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(100);

    private readonly IReadOnlyList<WatchedFile> files;
    private readonly IReadOnlyList<OutputWatcher> watchers;
    private readonly WakeRaiser wakes;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly TaskId id;
    private readonly CancellationTokenSource stop = new();
    private readonly Task watching;

    private OutputWatch(IReadOnlyList<WatchedFile> files, IReadOnlyList<OutputWatcher> watchers, WakeRaiser wakes, TaskId id, TimeProvider time, ILogger log)
    {
        this.files = files;
        this.watchers = watchers;
        this.wakes = wakes;
        this.time = time;
        this.log = log;
        this.id = id;
        watching = Task.Run(WatchAsync);
    }

    /// <returns><see langword="null"/> if the command has no patterns, or the budget of the task is used up.</returns>
    public static OutputWatch? Start(WatchedRun run, TimeProvider time, ILogger log)
    {
        if (run.Command.Watch is not { Count: > 0 } patterns)
        {
            return null;
        }

        var (id, attempt) = (run.Header.TaskId, run.Header.Attempt);
        run.Progress.Begin(run.Header.AttemptToken, patterns.Count);
        var wakes = new WakeRaiser(run.Context, run.Manifest, run.Progress, run.Budget, time, log);
        var watchers = patterns.Zip(run.Progress.Patterns, Watch).Where(watcher => !watcher.IsDone).ToList();
        if (wakes.IsOver || watchers.Count == 0)
        {
            return null;
        }

        var files = new List<WatchedFile> { new(0, run.Files.Log(id, attempt), time) };
        if (run.Command.SeparateErrors)
        {
            files.Add(new WatchedFile(1, run.Files.ErrorLog(id, attempt), time));
        }

        foreach (var file in files)
        {
            if (watchers.Min(watcher => watcher.Progress.Positions[file.Index]) is > 0 and var position)
            {
                file.Reader.StartAt(position);
            }
        }

        return new OutputWatch(files, watchers, wakes, id, time, log);

        OutputWatcher Watch(OutputPattern pattern, PatternProgress own) => pattern.IsAnyOutput
            ? new AnyOutputWatcher(pattern, own, wakes, time)
            : new PatternWatcher(pattern, own, wakes, id, time, log);
    }

    /// <summary>Called after the end of the command: reads the rest and raises pending notifications.</summary>
    public async Task FinishAsync()
    {
        wakes.IsLastChance = true;
        await EndAsync().ConfigureAwait(false);
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
        await EndAsync().ConfigureAwait(false);
        stop.Dispose();
        foreach (var file in files)
        {
            file.Dispose();
        }
    }

    private bool IsOver => wakes.IsOver || watchers.All(watcher => watcher.IsDone);

    private async Task EndAsync()
    {
        wakes.MustEnd = true;
        await stop.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(false);
    }

    private async Task WatchAsync()
    {
        try
        {
            while (!stop.IsCancellationRequested && !IsOver)
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
        foreach (var file in files)
        {
            do
            {
                if (IsOver)
                {
                    return;
                }

                var lines = file.Read(atEnd);
                foreach (var watcher in watchers)
                {
                    watcher.TakeFresh(file);
                }

                foreach (var line in lines)
                {
                    await TakeAsync(file, line).ConfigureAwait(false);
                }

                await SettleAsync(atEnd: false).ConfigureAwait(false);
            }
            while (file.Reader.MayHaveMore && (atEnd || !stop.IsCancellationRequested));

            if (file.TryTakeOpen(out var open))
            {
                await TakeAsync(file, open).ConfigureAwait(false);
            }
        }

        await SettleAsync(atEnd).ConfigureAwait(false);
    }

    private async ValueTask TakeAsync(WatchedFile file, OutputLine line)
    {
        foreach (var watcher in watchers)
        {
            if (!wakes.IsOver)
            {
                await watcher.TakeAsync(file, line).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask SettleAsync(bool atEnd)
    {
        var quiet = files.Min(file => file.Quiet);
        foreach (var watcher in watchers)
        {
            if (wakes.IsOver)
            {
                return;
            }

            await watcher.SettleAsync(quiet, atEnd).ConfigureAwait(false);
        }
    }
}

/// <summary>The run whose output is watched.</summary>
/// <param name="Header">Which run.</param>
/// <param name="Command">What to watch for.</param>
/// <param name="Context">The attempt.</param>
/// <param name="Manifest">What notifications carry.</param>
/// <param name="Budget">How many there may be.</param>
/// <param name="Progress">How far an earlier watch has come.</param>
/// <param name="Files">Where the output is.</param>
internal sealed record WatchedRun(
    RunHeader Header, CommandTask Command, TaskContext Context, CommandManifest Manifest, WakeBudget Budget, WatchProgress Progress, CommandFiles Files);

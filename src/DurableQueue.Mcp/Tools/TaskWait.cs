using DurableQueue.Mcp.Calls;

namespace DurableQueue.Mcp.Tools;

/// <summary>One wait for tasks: with progress, and ended early if nobody works on them.</summary>
/// <param name="call">The call that waits.</param>
/// <param name="ids">The tasks.</param>
internal sealed class TaskWait(ToolCall call, IReadOnlyList<TaskId> ids)
{
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether somebody works is looked at once a second.</summary>
    private const int ProbesPerLook = 4;

    /// <summary>A client that hears nothing may give up.</summary>
    private static readonly TimeSpan SilencePeriod = TimeSpan.FromSeconds(5);

    /// <summary>A worker that is being started has registered by then.</summary>
    private static readonly TimeSpan WorkerStartsWithin = TimeSpan.FromSeconds(5);

    private readonly TimeProvider time = call.Host.Time;
    private readonly ITaskInspector inspector = call.Queue.Inspector;
    private int ended;
    private string latest = "";

    /// <exception cref="TaskNotFoundException">There is no such task.</exception>
    public async ValueTask<(WaitEnd End, WaitSummary Summary)> RunAsync(TimeSpan limit, bool failFast, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var from = await inspector.GetFinishSequenceAsync(cancellationToken).ConfigureAwait(false) + 1;
        var before = await inspector.WaitAsync(TaskSelector.ByIds(ids), new WaitOptions { Timeout = TimeSpan.Zero }, cancellationToken).ConfigureAwait(false);
        ended = before.Tasks.Count(task => task.IsFinished);
        var waiting = inspector.WaitAsync(TaskSelector.ByIds(ids), new WaitOptions { Timeout = limit, FailFast = failFast }, over.Token).AsTask();
        var watching = WatchAsync(from, over.Token);
        try
        {
            var isServed = await ReportUntilOverAsync(waiting, limit, cancellationToken).ConfigureAwait(false);
            return isServed ? Ended(await waiting.ConfigureAwait(false)) : (WaitEnd.NoWorker, await LookAsync(cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(watching, waiting).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
        }
    }

    private static (WaitEnd End, WaitSummary Summary) Ended(WaitSummary summary) => (summary switch
    {
        { TimedOut: true } => WaitEnd.TimeOver,
        _ when summary.Tasks.Any(task => !task.IsFinished) => WaitEnd.Failure,
        _ => WaitEnd.AllEnded,
    }, summary);

    private ValueTask<WaitSummary> LookAsync(CancellationToken cancellationToken) =>
        inspector.WaitAsync(TaskSelector.ByIds(ids), new WaitOptions { Timeout = TimeSpan.Zero }, cancellationToken);

    /// <returns>False if no worker takes any of the tasks that are left.</returns>
    private async ValueTask<bool> ReportUntilOverAsync(Task waiting, TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (reported, reportedAt, servedAt) = (-1, started, started);
        for (var probe = 0; ; probe++)
        {
            if (ended != reported || time.GetElapsedTime(reportedAt) >= SilencePeriod)
            {
                (reported, reportedAt) = (ended, time.GetTimestamp());
                await call.ReportAsync(time.GetElapsedTime(started), limit, $"{reported} of {ids.Count} tasks have ended{latest}", cancellationToken).ConfigureAwait(false);
            }

            if (waiting.IsCompleted)
            {
                return true;
            }

            await Task.WhenAny(waiting, Task.Delay(ProbePeriod, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (probe % ProbesPerLook == 0 && await IsServedAsync(cancellationToken).ConfigureAwait(false))
            {
                servedAt = time.GetTimestamp();
            }

            if (!waiting.IsCompleted && time.GetElapsedTime(servedAt) >= WorkerStartsWithin)
            {
                return false;
            }
        }
    }

    private async ValueTask<bool> IsServedAsync(CancellationToken cancellationToken)
    {
        var served = TaskFilter.Parse("status=unfinished and status!=no-worker", time);
        foreach (var part in ids.Chunk(10_000))
        {
            if ((await inspector.QueryAsync(new TaskQuery { Ids = part, Filter = served, Limit = 1 }, cancellationToken).ConfigureAwait(false)).Tasks.Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    private async Task WatchAsync(long from, CancellationToken cancellationToken)
    {
        var left = ids.ToHashSet();
        try
        {
            await foreach (var finish in inspector.WatchAsync(from, cancellationToken).ConfigureAwait(false))
            {
                if (left.Contains(finish.Id))
                {
                    latest = $"; task {finish.Id} {finish.Outcome.ToString().ToLowerInvariant()}";
                    Interlocked.Increment(ref ended);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or HistoryPrunedException)
        {
            // The wait is over, or its progress is lost; the wait itself does not depend on it.
        }
    }
}

using DurableQueue.Mcp.Calls;
using DurableQueue.Queueing;

namespace DurableQueue.Mcp.Tools;

/// <summary>One wait for tasks: with progress, and ended early if nobody works on them.</summary>
/// <param name="call">The call that waits.</param>
/// <param name="target">The tasks.</param>
internal sealed class TaskWait(ToolCall call, WaitTarget target)
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
    private string latest = "";

    public async ValueTask<(WaitEnd End, WaitSummary Summary)> RunAsync(TimeSpan limit, bool failFast, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var given = new CancellationTokenSource();
        var options = new WaitOptions { Timeout = limit, FailFast = failFast };
        var wait = new SelectionWait(
            call.Queue, target.Selection, target.Covered, options, time, (id, outcome) => latest = $"; task {id} {outcome.ToString().ToLowerInvariant()}");
        var waiting = wait.RunAsync(target.From, given.Token, over.Token);
        try
        {
            if (await ReportUntilOverAsync(wait, waiting, limit, cancellationToken).ConfigureAwait(false))
            {
                return Ended(await waiting.ConfigureAwait(false));
            }

            await given.CancelAsync().ConfigureAwait(false);
            return (WaitEnd.NoWorker, await waiting.ConfigureAwait(false));
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await waiting.ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
        }
    }

    private static (WaitEnd End, WaitSummary Summary) Ended(WaitSummary summary) => (summary switch
    {
        { TimedOut: true } => WaitEnd.TimeOver,
        _ when summary.Tasks.Any(task => !task.IsFinished) => WaitEnd.Failure,
        _ => WaitEnd.AllEnded,
    }, summary);

    /// <returns>False if no worker takes any of the tasks that are left.</returns>
    private async ValueTask<bool> ReportUntilOverAsync(SelectionWait wait, Task waiting, TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (reported, reportedAt, servedAt) = ((-1, -1), started, started);
        for (var probe = 0; ; probe++)
        {
            var (total, left) = (wait.Count, wait.CountLeft());
            if ((total, left) != reported || time.GetElapsedTime(reportedAt) >= SilencePeriod)
            {
                (reported, reportedAt) = ((total, left), time.GetTimestamp());
                await call.ReportAsync(time.GetElapsedTime(started), limit, $"{total - left} of {total} tasks have ended{latest}", cancellationToken).ConfigureAwait(false);
            }

            if (waiting.IsCompleted)
            {
                return true;
            }

            await Task.WhenAny(waiting, Task.Delay(ProbePeriod, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (probe % ProbesPerLook == 0 && await IsServedAsync(wait.Pending, cancellationToken).ConfigureAwait(false))
            {
                servedAt = time.GetTimestamp();
            }

            if (!waiting.IsCompleted && time.GetElapsedTime(servedAt) >= WorkerStartsWithin)
            {
                return false;
            }
        }
    }

    private async ValueTask<bool> IsServedAsync(IReadOnlyList<TaskId> pending, CancellationToken cancellationToken)
    {
        var served = TaskFilter.Parse("status=unfinished and status!=no-worker", time);
        foreach (var part in pending.Chunk(10_000))
        {
            if ((await inspector.QueryAsync(new TaskQuery { Ids = part, Filter = served, Limit = 1 }, cancellationToken).ConfigureAwait(false)).Tasks.Count > 0)
            {
                return true;
            }
        }

        return false;
    }
}

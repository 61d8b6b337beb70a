using DurableQueue.Storage;

namespace DurableQueue.Testing;

/// <summary>Wraps the real store: its workers get tasks only while a test drains the queue.</summary>
/// <param name="store">The real store.</param>
/// <param name="attempts">Told of everything that the held workers do.</param>
/// <param name="time">The clock of the store.</param>
internal sealed class HeldStore(ITaskStore store, HeldAttempts attempts, TimeProvider time) : DelegatingTaskStore(store)
{
    public override async ValueTask<LeasedTask?> CheckoutAsync(CheckoutRequest request, CancellationToken cancellationToken) =>
        await CheckoutAsync(request, 1, cancellationToken).ConfigureAwait(false) is [var task] ? task : null;

    public override async ValueTask<IReadOnlyList<LeasedTask>> CheckoutAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken)
    {
        if (!attempts.Holds(request.Worker))
        {
            return await base.CheckoutAsync(request, maxTasks, cancellationToken).ConfigureAwait(false);
        }

        if (attempts.OpenTurn is not { } turn)
        {
            return [];
        }

        var tasks = await base.CheckoutAsync(request, maxTasks, cancellationToken).ConfigureAwait(false);
        attempts.CheckedOut(request.Worker, turn, tasks, maxTasks);
        return tasks;
    }

    public override async ValueTask<IReadOnlyList<LeasedTask>> WaitForTasksAsync(long seen, WaitingWorker waiting, CancellationToken cancellationToken)
    {
        if (!attempts.Holds(waiting.Request.Worker))
        {
            return await base.WaitForTasksAsync(seen, waiting, cancellationToken).ConfigureAwait(false);
        }

        var held = waiting with { TakeSlots = () => attempts.TakeSlots(waiting) };
        var tasks = await base.WaitForTasksAsync(seen, held, cancellationToken).ConfigureAwait(false);
        attempts.Begin(tasks);
        return tasks;
    }

    public override async ValueTask<IReadOnlyList<LeasedTask>> TakeOverAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken)
    {
        var isHeld = attempts.Holds(request.Worker);
        if (isHeld && attempts.OpenTurn is null)
        {
            return [];
        }

        var tasks = await base.TakeOverAsync(request, maxTasks, cancellationToken).ConfigureAwait(false);
        if (isHeld)
        {
            attempts.Begin(tasks);
        }

        return tasks;
    }

    public override async ValueTask<HeartbeatResult[]> HeartbeatAsync(Lease[] leases, CancellationToken cancellationToken)
    {
        var results = await base.HeartbeatAsync(leases, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i] == HeartbeatResult.Lost)
            {
                attempts.End(leases[i]);
            }
        }

        return results;
    }

    public override ValueTask<bool> CompleteAsync(Lease lease, ReadOnlyMemory<byte> result, CancellationToken cancellationToken) =>
        EndAsync(lease, base.CompleteAsync(lease, result, cancellationToken));

    public override async ValueTask<bool[]> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, Action? inLine, CancellationToken cancellationToken)
    {
        var kept = await base.CompleteAsync(tasks, inLine, cancellationToken).ConfigureAwait(false);
        foreach (var task in tasks)
        {
            attempts.End(task.Lease);
        }

        return kept;
    }

    public override ValueTask<bool> FailAsync(Lease lease, TaskFailure failure, CancellationToken cancellationToken) =>
        EndAsync(lease, base.FailAsync(lease, failure, cancellationToken));

    public override ValueTask<bool> ReleaseAsync(Lease lease, long delayMs, CancellationToken cancellationToken) =>
        EndAsync(lease, base.ReleaseAsync(lease, delayMs, cancellationToken));

    public override ValueTask<bool> RouteAsync(Lease lease, RouteDecision choice, bool isFallback, CancellationToken cancellationToken) =>
        EndAsync(lease, base.RouteAsync(lease, choice, isFallback, cancellationToken));

    public override async ValueTask<bool> SuspendAsync(Lease lease, CancellationToken cancellationToken)
    {
        var kept = await base.SuspendAsync(lease, cancellationToken).ConfigureAwait(false);
        attempts.Suspend(lease, kept);
        return kept;
    }

    public override async ValueTask<bool> ResumeAsync(Lease lease, CancellationToken cancellationToken)
    {
        var kept = await base.ResumeAsync(lease, cancellationToken).ConfigureAwait(false);
        attempts.Resume(lease, kept);
        return kept;
    }

    public override async ValueTask<WaitSummary> WaitAsync(
        TaskSelector selector, WaitOptions options, Lease? waiting, CancellationToken cancellationToken)
    {
        if (waiting is not { } lease)
        {
            return await base.WaitAsync(selector, options, waiting, cancellationToken).ConfigureAwait(false);
        }

        var begun = time.GetTimestamp();
        using var open = attempts.BeginWait(new OpenWait(lease.TaskId, IsOverAsync, Left, cancellationToken));
        return await base.WaitAsync(selector, options, waiting, cancellationToken).ConfigureAwait(false);

        TimeSpan? Left() => options.Timeout - time.GetElapsedTime(begun);

        async ValueTask<bool> IsOverAsync(CancellationToken token) =>
            Left() <= TimeSpan.Zero
            || !(await base.WaitAsync(selector, options with { Timeout = TimeSpan.Zero }, waiting: null, token).ConfigureAwait(false)).TimedOut;
    }

    public override async ValueTask<ApprovalInfo> WaitForDecisionAsync(ApprovalId id, Lease? waiting, CancellationToken cancellationToken)
    {
        if (waiting is not { } lease)
        {
            return await base.WaitForDecisionAsync(id, waiting, cancellationToken).ConfigureAwait(false);
        }

        using var open = attempts.BeginDecision(lease, new OpenWait(lease.TaskId, IsOverAsync, () => null, cancellationToken) { IsForDecision = true });
        return await base.WaitForDecisionAsync(id, waiting, cancellationToken).ConfigureAwait(false);

        async ValueTask<bool> IsOverAsync(CancellationToken token) =>
            await Approvals.FindAsync(id, token).ConfigureAwait(false) is not { Status: ApprovalStatus.Pending } request
            || request.ExpiresAt <= time.GetUtcNow();
    }

    public override void Dispose()
    {
        attempts.Dispose();
        base.Dispose();
    }

    private async ValueTask<bool> EndAsync(Lease lease, ValueTask<bool> call)
    {
        var kept = await call.ConfigureAwait(false);
        attempts.End(lease);
        return kept;
    }
}

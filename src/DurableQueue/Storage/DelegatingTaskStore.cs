using System.Data.Common;

namespace DurableQueue.Storage;

/// <summary>A store that wraps another store: each member forwards, unless it is overridden.</summary>
internal abstract class DelegatingTaskStore(ITaskStore inner) : ITaskStore
{
    public virtual QueueSignals Signals => inner.Signals;

    public virtual ITaskControlStore Control => inner.Control;

    public virtual IGroupStore Groups => inner.Groups;

    public virtual IScheduleStore Schedules => inner.Schedules;

    public virtual IApprovalStore Approvals => inner.Approvals;

    public virtual IBudgetStore Budgets => inner.Budgets;

    public virtual INotificationStore Notifications => inner.Notifications;

    public virtual ITaskReader Reader => inner.Reader;

    public virtual IUpkeepStore Upkeep => inner.Upkeep;

    public virtual ValueTask<TaskId> EnqueueAsync(CheckedTask task, CancellationToken cancellationToken) => inner.EnqueueAsync(task, cancellationToken);

    public virtual ValueTask<EnqueueResult[]> EnqueueAsync(IReadOnlyList<CheckedTask> tasks, CancellationToken cancellationToken) =>
        inner.EnqueueAsync(tasks, cancellationToken);

    public virtual ValueTask<EnqueueResult[]> EnqueueAsync(IReadOnlyList<CheckedTask> tasks, DbTransaction transaction, CancellationToken cancellationToken) =>
        inner.EnqueueAsync(tasks, transaction, cancellationToken);

    public virtual ValueTask<LeasedTask?> CheckoutAsync(CheckoutRequest request, CancellationToken cancellationToken) =>
        inner.CheckoutAsync(request, cancellationToken);

    public virtual ValueTask<IReadOnlyList<LeasedTask>> CheckoutAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken) =>
        inner.CheckoutAsync(request, maxTasks, cancellationToken);

    public virtual ValueTask<IReadOnlyList<LeasedTask>> WaitForTasksAsync(long seen, WaitingWorker waiting, CancellationToken cancellationToken) =>
        inner.WaitForTasksAsync(seen, waiting, cancellationToken);

    public virtual ValueTask<WaitSummary> WaitAsync(TaskSelector selector, WaitOptions options, Lease? waiting, CancellationToken cancellationToken) =>
        inner.WaitAsync(selector, options, waiting, cancellationToken);

    public virtual ValueTask<ApprovalInfo> WaitForDecisionAsync(ApprovalId id, Lease? waiting, CancellationToken cancellationToken) =>
        inner.WaitForDecisionAsync(id, waiting, cancellationToken);

    public virtual ValueTask<HeartbeatResult[]> HeartbeatAsync(Lease[] leases, CancellationToken cancellationToken) =>
        inner.HeartbeatAsync(leases, cancellationToken);

    public virtual ValueTask<bool> CompleteAsync(Lease lease, ReadOnlyMemory<byte> result, CancellationToken cancellationToken) =>
        inner.CompleteAsync(lease, result, cancellationToken);

    public virtual ValueTask<bool[]> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, Action? inLine, CancellationToken cancellationToken) =>
        inner.CompleteAsync(tasks, inLine, cancellationToken);

    public virtual ValueTask<bool> FailAsync(Lease lease, TaskFailure failure, CancellationToken cancellationToken) =>
        inner.FailAsync(lease, failure, cancellationToken);

    public virtual ValueTask<bool> ReleaseAsync(Lease lease, long delayMs, CancellationToken cancellationToken) =>
        inner.ReleaseAsync(lease, delayMs, cancellationToken);

    public virtual ValueTask<bool> RouteAsync(Lease lease, RouteDecision choice, bool isFallback, CancellationToken cancellationToken) =>
        inner.RouteAsync(lease, choice, isFallback, cancellationToken);

    public virtual ValueTask<bool> SuspendAsync(Lease lease, CancellationToken cancellationToken) => inner.SuspendAsync(lease, cancellationToken);

    public virtual ValueTask<bool> ResumeAsync(Lease lease, CancellationToken cancellationToken) => inner.ResumeAsync(lease, cancellationToken);

    public virtual ValueTask<LeasedTask?> TakeOverAsync(TaskId id, string worker, CancellationToken cancellationToken) =>
        inner.TakeOverAsync(id, worker, cancellationToken);

    public virtual ValueTask<IReadOnlyList<LeasedTask>> TakeOverAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken) =>
        inner.TakeOverAsync(request, maxTasks, cancellationToken);

    public virtual ValueTask<bool> ReportProgressAsync(Lease lease, double fraction, string? message, CancellationToken cancellationToken) =>
        inner.ReportProgressAsync(lease, fraction, message, cancellationToken);

    public virtual ValueTask<bool> CheckpointAsync(Lease lease, ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken) =>
        inner.CheckpointAsync(lease, checkpoint, cancellationToken);

    public virtual ValueTask<TimeSpan> ProbeWriterAsync(CancellationToken cancellationToken) => inner.ProbeWriterAsync(cancellationToken);

    public virtual ValueTask<StoreHealth> ReadHealthAsync(CancellationToken cancellationToken) => inner.ReadHealthAsync(cancellationToken);

    public virtual void Dispose() => inner.Dispose();
}

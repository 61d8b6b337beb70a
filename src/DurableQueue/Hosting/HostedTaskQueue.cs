using System.Data.Common;
using System.Text.Json;
using DurableQueue.Storage;
using DurableQueue.Worker;

namespace DurableQueue.Hosting;

/// <summary>The queue that the host gives out: the store's, and it knows the handlers.</summary>
internal sealed class HostedTaskQueue(ITaskQueue store, IWorkSignals signals, HandlerCatalog handlers) : ITaskQueue, ITypedQueue
{
    public ITaskQueue Store => store;

    public IWorkSignals Signals => signals;

    public HandlerCatalog Handlers => handlers;

    public ITaskControl Control => store.Control;

    public ITaskGroups Groups => store.Groups;

    public ITaskNotifications Notifications => store.Notifications;

    public ITaskSchedules Schedules => store.Schedules;

    public ITaskApprovals Approvals => store.Approvals;

    public ITaskBudgets Budgets => store.Budgets;

    public ITaskInspector Inspector { get; } = new HostedTaskInspector(store.Inspector, handlers.Json);

    public JsonSerializerOptions Json => handlers.Json;

    public string TypeFor(Type payload) => handlers.TypeFor(payload);

    public int? VersionFor(string type, Type payload) => handlers.VersionFor(type, payload);

    public bool TakesBytes(string type) => handlers.TakesBytes(type);

    public NewTask WithHandlerSettings(NewTask task) => handlers.WithHandlerSettings(task);

    public ValueTask<TaskId> EnqueueAsync(NewTask task, CancellationToken cancellationToken = default) =>
        store.EnqueueAsync(task, cancellationToken);

    public ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(IReadOnlyList<NewTask> tasks, CancellationToken cancellationToken = default) =>
        store.EnqueueAsync(tasks, cancellationToken);

    public ValueTask<TaskId> EnqueueAsync(NewTask task, DbTransaction transaction, CancellationToken cancellationToken = default) =>
        store.EnqueueAsync(task, transaction, cancellationToken);

    public ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(
        IReadOnlyList<NewTask> tasks, DbTransaction transaction, CancellationToken cancellationToken = default) =>
        store.EnqueueAsync(tasks, transaction, cancellationToken);

    public ValueTask<EnqueueResult> EnqueueOrGetAsync(NewTask task, CancellationToken cancellationToken = default) =>
        store.EnqueueOrGetAsync(task, cancellationToken);

    public ValueTask<LeasedTask?> CheckoutAsync(CheckoutRequest request, CancellationToken cancellationToken = default) =>
        store.CheckoutAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<LeasedTask>> CheckoutAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken = default) =>
        store.CheckoutAsync(request, maxTasks, cancellationToken);

    public ValueTask<HeartbeatResult> HeartbeatAsync(Lease lease, CancellationToken cancellationToken = default) =>
        store.HeartbeatAsync(lease, cancellationToken);

    public ValueTask<IReadOnlyList<HeartbeatResult>> HeartbeatAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken = default) =>
        store.HeartbeatAsync(leases, cancellationToken);

    public ValueTask<bool> CompleteAsync(Lease lease, ReadOnlyMemory<byte> result = default, CancellationToken cancellationToken = default) =>
        store.CompleteAsync(lease, result, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, CancellationToken cancellationToken = default) =>
        store.CompleteAsync(tasks, cancellationToken);

    public ValueTask<bool> FailAsync(Lease lease, TaskFailure failure, CancellationToken cancellationToken = default) =>
        store.FailAsync(lease, failure, cancellationToken);

    public ValueTask<bool> ReleaseAsync(Lease lease, TimeSpan? delay = null, CancellationToken cancellationToken = default) =>
        store.ReleaseAsync(lease, delay, cancellationToken);

    public ValueTask<bool> RouteAsync(Lease lease, RouteDecision choice, bool isFallback = false, CancellationToken cancellationToken = default) =>
        store.RouteAsync(lease, choice, isFallback, cancellationToken);

    public ValueTask<bool> SuspendAsync(Lease lease, CancellationToken cancellationToken = default) =>
        store.SuspendAsync(lease, cancellationToken);

    public ValueTask<bool> ResumeAsync(Lease lease, CancellationToken cancellationToken = default) =>
        store.ResumeAsync(lease, cancellationToken);

    public ValueTask<LeasedTask?> TakeOverAsync(TaskId id, string worker, CancellationToken cancellationToken = default) =>
        store.TakeOverAsync(id, worker, cancellationToken);

    public ValueTask<IReadOnlyList<LeasedTask>> TakeOverAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken = default) =>
        store.TakeOverAsync(request, maxTasks, cancellationToken);

    public ValueTask<bool> ReportProgressAsync(Lease lease, double fraction, string? message = null, CancellationToken cancellationToken = default) =>
        store.ReportProgressAsync(lease, fraction, message, cancellationToken);

    public ValueTask<bool> CheckpointAsync(Lease lease, ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken = default) =>
        store.CheckpointAsync(lease, checkpoint, cancellationToken);

    public ValueTask<int> ReapExpiredAsync(CancellationToken cancellationToken = default) => store.ReapExpiredAsync(cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    public void Dispose() => store.Dispose();
}

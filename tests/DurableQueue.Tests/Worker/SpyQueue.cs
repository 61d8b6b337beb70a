using System.Collections.Concurrent;
using System.Data.Common;
using System.Threading.Channels;
using DurableQueue.Storage;

namespace DurableQueue.Tests.Worker;

/// <summary>The real store, watched: what the worker asked of it, and trouble on demand.</summary>
internal sealed class SpyQueue(ITaskQueue store) : ITaskQueue, IWorkSignals, IHealthSource, IBatchCompletion
{
    private readonly IWorkSignals signals = (IWorkSignals)store;
    private readonly Channel<int> heartbeats = Channel.CreateUnbounded<int>();
    private readonly Channel<double> progress = Channel.CreateUnbounded<double>();
    private readonly Channel<TaskId> suspended = Channel.CreateUnbounded<TaskId>();
    private readonly Channel<TaskId> resumed = Channel.CreateUnbounded<TaskId>();
    private readonly Channel<bool> healthReads = Channel.CreateUnbounded<bool>();
    private readonly ConcurrentDictionary<string, int> failuresLeft = new();

    public event Action<TaskId>? CancelRequested
    {
        add => signals.CancelRequested += value;
        remove => signals.CancelRequested -= value;
    }

    /// <summary>The number of leases in each heartbeat that succeeded.</summary>
    public ChannelReader<int> Heartbeats => heartbeats.Reader;

    public ConcurrentQueue<LeasedTask> CheckedOut { get; } = new();

    public ConcurrentQueue<int> CheckoutSizes { get; } = new();

    /// <summary>The progress reports that reached the store.</summary>
    public ChannelReader<double> Progress => progress.Reader;

    /// <summary>The tasks whose attempts gave their slot back.</summary>
    public ChannelReader<TaskId> Suspended => suspended.Reader;

    /// <summary>The tasks whose attempts took it again.</summary>
    public ChannelReader<TaskId> Resumed => resumed.Reader;

    /// <summary>One for each look at the store's health that only reads, when it begins.</summary>
    public ChannelReader<bool> HealthReads => healthReads.Reader;

    /// <summary>What the store is to say of its health instead.</summary>
    public Func<StoreHealth, StoreHealth> ChangeHealth { get; set; } = health => health;

    /// <summary>Awaited by each heartbeat of many leases before it reaches the store.</summary>
    public Func<Task> BeforeHeartbeat { get; set; } = () => Task.CompletedTask;

    /// <summary>What the worker is told of a lease instead.</summary>
    public Func<HeartbeatResult, HeartbeatResult> ChangeHeartbeat { get; set; } = result => result;

    public long ReadyVersion => signals.ReadyVersion;

    public ITaskControl Control => store.Control;

    public ITaskGroups Groups => store.Groups;

    public ITaskSchedules Schedules => store.Schedules;

    public ITaskApprovals Approvals => store.Approvals;

    public ITaskBudgets Budgets => store.Budgets;

    public ITaskInspector Inspector => store.Inspector;

    public ITaskNotifications Notifications => store.Notifications;

    /// <summary>The next calls of an operation fail as a busy file makes them fail.</summary>
    public void Fail(string operation, int times) => failuresLeft[operation] = times;

    public Task WaitForReadyAsync(long seen, CancellationToken cancellationToken) => signals.WaitForReadyAsync(seen, cancellationToken);

    public async ValueTask<IReadOnlyList<LeasedTask>> WaitForTasksAsync(long seen, WaitingWorker standing, CancellationToken cancellationToken)
    {
        var watched = standing with
        {
            // Where a checkout is to fail, the worker has to make one.
            TakeSlots = () => failuresLeft.GetValueOrDefault(nameof(CheckoutAsync)) > 0 ? 0 : Counted(standing.TakeSlots()),
        };
        var tasks = await signals.WaitForTasksAsync(seen, watched, cancellationToken);
        foreach (var task in tasks)
        {
            CheckedOut.Enqueue(task);
        }

        return tasks;

        int Counted(int slots)
        {
            if (slots > 0)
            {
                CheckoutSizes.Enqueue(slots);
            }

            return slots;
        }
    }

    public ValueTask<TaskId> EnqueueAsync(NewTask task, CancellationToken cancellationToken = default) => store.EnqueueAsync(task, cancellationToken);

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

    public async ValueTask<IReadOnlyList<LeasedTask>> CheckoutAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken = default)
    {
        CheckoutSizes.Enqueue(maxTasks);
        ThrowIfAsked(nameof(CheckoutAsync));
        var tasks = await store.CheckoutAsync(request, maxTasks, cancellationToken);
        foreach (var task in tasks)
        {
            CheckedOut.Enqueue(task);
        }

        return tasks;
    }

    public ValueTask<HeartbeatResult> HeartbeatAsync(Lease lease, CancellationToken cancellationToken = default) =>
        store.HeartbeatAsync(lease, cancellationToken);

    public async ValueTask<IReadOnlyList<HeartbeatResult>> HeartbeatAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken = default)
    {
        await BeforeHeartbeat();
        ThrowIfAsked(nameof(HeartbeatAsync));
        var results = await store.HeartbeatAsync(leases, cancellationToken);
        await heartbeats.Writer.WriteAsync(leases.Count, cancellationToken);
        return [.. results.Select(ChangeHeartbeat)];
    }

    public ValueTask<bool> CompleteAsync(Lease lease, ReadOnlyMemory<byte> result = default, CancellationToken cancellationToken = default)
    {
        ThrowIfAsked(nameof(CompleteAsync));
        return store.CompleteAsync(lease, result, cancellationToken);
    }

    public ValueTask<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, CancellationToken cancellationToken = default)
    {
        ThrowIfAsked(nameof(CompleteAsync));
        return store.CompleteAsync(tasks, cancellationToken);
    }

    public ValueTask<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, Action inLine, CancellationToken cancellationToken)
    {
        ThrowIfAsked(nameof(CompleteAsync));
        return ((IBatchCompletion)store).CompleteAsync(tasks, inLine, cancellationToken);
    }

    public ValueTask<bool> FailAsync(Lease lease, TaskFailure failure, CancellationToken cancellationToken = default)
    {
        ThrowIfAsked(nameof(FailAsync));
        return store.FailAsync(lease, failure, cancellationToken);
    }

    public ValueTask<bool> ReleaseAsync(Lease lease, TimeSpan? delay = null, CancellationToken cancellationToken = default)
    {
        ThrowIfAsked(nameof(ReleaseAsync));
        return store.ReleaseAsync(lease, delay, cancellationToken);
    }

    public ValueTask<bool> RouteAsync(Lease lease, RouteDecision choice, bool isFallback = false, CancellationToken cancellationToken = default)
    {
        ThrowIfAsked(nameof(RouteAsync));
        return store.RouteAsync(lease, choice, isFallback, cancellationToken);
    }

    public async ValueTask<bool> SuspendAsync(Lease lease, CancellationToken cancellationToken = default)
    {
        ThrowIfAsked(nameof(SuspendAsync));
        var held = await store.SuspendAsync(lease, cancellationToken);
        suspended.Writer.TryWrite(lease.TaskId);
        return held;
    }

    public async ValueTask<bool> ResumeAsync(Lease lease, CancellationToken cancellationToken = default)
    {
        ThrowIfAsked(nameof(ResumeAsync));
        var held = await store.ResumeAsync(lease, cancellationToken);
        resumed.Writer.TryWrite(lease.TaskId);
        return held;
    }

    public ValueTask<LeasedTask?> TakeOverAsync(TaskId id, string worker, CancellationToken cancellationToken = default) =>
        store.TakeOverAsync(id, worker, cancellationToken);

    public ValueTask<IReadOnlyList<LeasedTask>> TakeOverAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken = default) =>
        store.TakeOverAsync(request, maxTasks, cancellationToken);

    public async ValueTask<bool> ReportProgressAsync(Lease lease, double fraction, string? message = null, CancellationToken cancellationToken = default)
    {
        ThrowIfAsked(nameof(ReportProgressAsync));
        var held = await store.ReportProgressAsync(lease, fraction, message, cancellationToken);
        progress.Writer.TryWrite(fraction);
        return held;
    }

    public ValueTask<bool> CheckpointAsync(Lease lease, ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken = default)
    {
        ThrowIfAsked(nameof(CheckpointAsync));
        return store.CheckpointAsync(lease, checkpoint, cancellationToken);
    }

    public ValueTask<int> ReapExpiredAsync(CancellationToken cancellationToken = default) => store.ReapExpiredAsync(cancellationToken);

    public async ValueTask<StoreHealth> LookAsync(CancellationToken cancellationToken)
    {
        ThrowIfAsked(nameof(LookAsync));
        return ChangeHealth(await ((IHealthSource)store).LookAsync(cancellationToken));
    }

    public async ValueTask<StoreHealth> ReadAsync(CancellationToken cancellationToken)
    {
        healthReads.Writer.TryWrite(true);
        ThrowIfAsked(nameof(ReadAsync));
        return ChangeHealth(await ((IHealthSource)store).ReadAsync(cancellationToken));
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    public void Dispose() => store.Dispose();

    private void ThrowIfAsked(string operation)
    {
        if (failuresLeft.AddOrUpdate(operation, -1, (_, left) => left - 1) >= 0)
        {
            throw new QueueStorageException(QueueStorageError.Busy, $"{operation}: busy, as the test asked.");
        }
    }
}

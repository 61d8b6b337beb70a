using System.Data.Common;
using DurableQueue.Storage;

namespace DurableQueue.Testing;

/// <summary>The real store, but its workers get tasks only while the gate is open; and it knows when they have nothing left to do.</summary>
/// <param name="store">The real store.</param>
/// <param name="workers">The names of the workers that are held back. Checkouts by others are not looked at.</param>
/// <param name="time">The clock of the store.</param>
internal sealed class GatedStore(ITaskQueue store, IReadOnlyCollection<string> workers, TimeProvider time) : ITaskQueue, IWorkSignals, IForwardingStore, IHealthSource, IWaitObserver, IBatchCompletion
{
    /// <summary>As many as one heartbeat takes.</summary>
    private const int LeasesAtOnce = 10_000;

    private readonly IWorkSignals signals = (IWorkSignals)store;
    private readonly Lock gate = new();
    private readonly Dictionary<TaskId, long> running = [];
    private readonly Dictionary<TaskId, long> suspended = [];
    private readonly List<OpenWait> waits = [];

    /// <summary>When the attempts that have a timeout reach it, in ticks of the clock; waiting for people does not count.</summary>
    private readonly Dictionary<TaskId, long> limits = [];

    /// <summary>For each worker, the turn in which it last found fewer tasks than it had slots for.</summary>
    private readonly Dictionary<string, long> quiet = [];
    private TaskCompletionSource turned = NewSignal();
    private TaskCompletionSource idle = NewSignal();
    private long turns;
    private int started;
    private bool isOpen;
    private bool isDisposed;

    public event Action<TaskId>? CancelRequested
    {
        add => signals.CancelRequested += value;
        remove => signals.CancelRequested -= value;
    }

    public long ReadyVersion
    {
        get
        {
            lock (gate)
            {
                return signals.ReadyVersion + turns;
            }
        }
    }

    public ITaskQueue Store => store;

    public ITaskControl Control => store.Control;

    public ITaskGroups Groups => store.Groups;

    public ITaskSchedules Schedules => store.Schedules;

    public ITaskApprovals Approvals => store.Approvals;

    public ITaskBudgets Budgets => store.Budgets;

    public ITaskInspector Inspector => store.Inspector;

    public ITaskNotifications Notifications => store.Notifications;

    /// <summary>Attempts that the workers have begun so far.</summary>
    public int Started
    {
        get
        {
            lock (gate)
            {
                return started;
            }
        }
    }

    /// <summary>The tasks that workers have in hand.</summary>
    public IReadOnlyList<TaskId> Running
    {
        get
        {
            lock (gate)
            {
                return [.. running.Keys];
            }
        }
    }

    /// <summary>
    /// Whether it is idle now, what the attempts wait for that gave their slot back (<see langword="null"/> if one of them has ended its wait and
    /// is about to go on), and when that may have changed.
    /// </summary>
    public (bool IsIdle, IReadOnlyList<OpenWait>? Waits, Task Changed) Standing
    {
        get
        {
            lock (gate)
            {
                var allWait = suspended.Keys.All(task => waits.Exists(wait => wait.Waiting == task) && !(TimeLeft(task) <= TimeSpan.Zero));
                return (IsIdle(), allWait ? [.. waits] : null, turned.Task);
            }
        }
    }

    /// <summary>The tasks whose attempts gave their slots back, and when the first of their waits or attempts is to end at the latest.</summary>
    public (IReadOnlyCollection<TaskId> Tasks, DateTimeOffset? EndsAt) Suspended
    {
        get
        {
            lock (gate)
            {
                var left = waits.Select(wait => wait.Left)
                    .Concat(suspended.Keys.Select(TimeLeft))
                    .Where(left => left > TimeSpan.Zero)
                    .Min();
                return ([.. suspended.Keys], time.GetUtcNow() + left);
            }
        }
    }

    private void Begin(IReadOnlyList<LeasedTask> tasks)
    {
        foreach (var task in tasks)
        {
            if (task.Timeout is { } timeout)
            {
                limits[task.Id] = time.GetTimestamp() + Ticks(timeout);
            }
            else
            {
                limits.Remove(task.Id);
            }

            running[task.Id] = task.Lease.Token;
            started++;
        }
    }

    /// <exception cref="InvalidOperationException">It is open already.</exception>
    public void Open()
    {
        lock (gate)
        {
            if (isOpen)
            {
                throw new InvalidOperationException("The queue is being drained already.");
            }

            isOpen = true;
            TurnLocked();
        }
    }

    public void Close()
    {
        lock (gate)
        {
            isOpen = false;
        }
    }

    /// <summary>Every worker must look again before the store counts as idle.</summary>
    public void Turn()
    {
        lock (gate)
        {
            TurnLocked();
        }
    }

    /// <summary>Waits until nothing runs and every worker has looked for tasks since then and found too few for its slots.</summary>
    public async Task WaitUntilIdleAsync(CancellationToken cancellationToken)
    {
        Task wait;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, typeof(QueueTestKit));
            if (idle.Task.IsCompleted)
            {
                idle = NewSignal();
            }

            ReportIfIdle();
            wait = idle.Task;
        }

        await wait.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Renews the leases of the attempts that wait for other tasks.</summary>
    public async Task RenewSuspendedAsync(CancellationToken cancellationToken)
    {
        Lease[] leases;
        lock (gate)
        {
            // Only the token counts.
            leases = [.. suspended.Select(attempt => new Lease(attempt.Key, attempt.Value, default))];
        }

        foreach (var part in leases.Chunk(LeasesAtOnce))
        {
            await HeartbeatAsync(part, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task WaitForReadyAsync(long seen, CancellationToken cancellationToken)
    {
        Task turn;
        long seenInStore;
        lock (gate)
        {
            // Turns since the caller looked make this number too small, so that the store answers at once.
            (turn, seenInStore) = (turned.Task, seen - turns);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ready = signals.WaitForReadyAsync(seenInStore, either.Token);
        if (await Task.WhenAny(ready, turn).ConfigureAwait(false) == turn)
        {
            await either.CancelAsync().ConfigureAwait(false);
            await ready.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            return;
        }

        await ready.ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<LeasedTask>> CheckoutAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!workers.Contains(request.Worker))
        {
            return await store.CheckoutAsync(request, maxTasks, cancellationToken).ConfigureAwait(false);
        }

        long turn;
        lock (gate)
        {
            if (!isOpen)
            {
                return [];
            }

            turn = turns;
        }

        var tasks = await store.CheckoutAsync(request, maxTasks, cancellationToken).ConfigureAwait(false);
        lock (gate)
        {
            Begin(tasks);
            if (tasks.Count < maxTasks)
            {
                quiet[request.Worker] = turn;
            }

            ReportIfIdle();
        }

        return tasks;
    }

    public async ValueTask<IReadOnlyList<HeartbeatResult>> HeartbeatAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken = default)
    {
        var results = await store.HeartbeatAsync(leases, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < results.Count; i++)
        {
            if (results[i] == HeartbeatResult.Lost)
            {
                Ended(leases[i]);
            }
        }

        return results;
    }

    public async ValueTask<bool> CompleteAsync(Lease lease, ReadOnlyMemory<byte> result = default, CancellationToken cancellationToken = default)
    {
        var kept = await store.CompleteAsync(lease, result, cancellationToken).ConfigureAwait(false);
        Ended(lease);
        return kept;
    }

    public ValueTask<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, CancellationToken cancellationToken = default) =>
        CompleteAsync(tasks, () => { }, cancellationToken);

    public async ValueTask<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, Action inLine, CancellationToken cancellationToken)
    {
        var kept = await ((IBatchCompletion)store).CompleteAsync(tasks, inLine, cancellationToken).ConfigureAwait(false);
        foreach (var task in tasks)
        {
            Ended(task.Lease);
        }

        return kept;
    }

    public async ValueTask<bool> FailAsync(Lease lease, TaskFailure failure, CancellationToken cancellationToken = default)
    {
        var kept = await store.FailAsync(lease, failure, cancellationToken).ConfigureAwait(false);
        Ended(lease);
        return kept;
    }

    public async ValueTask<bool> ReleaseAsync(Lease lease, TimeSpan? delay = null, CancellationToken cancellationToken = default)
    {
        var kept = await store.ReleaseAsync(lease, delay, cancellationToken).ConfigureAwait(false);
        Ended(lease);
        return kept;
    }

    public async ValueTask<bool> SuspendAsync(Lease lease, CancellationToken cancellationToken = default)
    {
        var kept = await store.SuspendAsync(lease, cancellationToken).ConfigureAwait(false);
        Move(lease, running, kept ? suspended : null);
        return kept;
    }

    public async ValueTask<bool> ResumeAsync(Lease lease, CancellationToken cancellationToken = default)
    {
        var kept = await store.ResumeAsync(lease, cancellationToken).ConfigureAwait(false);
        Move(lease, suspended, kept ? running : null);
        return kept;
    }

    public async ValueTask<WaitSummary> WaitAsync(
        TaskId waiting, IReadOnlyList<TaskId> ids, WaitOptions? options, CancellationToken cancellationToken)
    {
        var wait = OpenWait.ForTasks(store.Inspector, waiting, ids, options, time, cancellationToken);
        Begin(wait);
        try
        {
            return await store.Inspector.WaitAsync(TaskSelector.ByIds(ids), options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            End(wait);
        }
    }

    public async ValueTask<ApprovalInfo> WaitForDecisionAsync(Lease waiting, ApprovalId id, CancellationToken cancellationToken)
    {
        // With its slot or without it: it does nothing until somebody decides.
        var keepsSlot = TryMove(waiting, running, suspended);
        var wait = OpenWait.ForDecision(store.Approvals, waiting.TaskId, id, time, cancellationToken);
        Begin(wait);
        var begun = time.GetTimestamp();
        try
        {
            return await store.Approvals.WaitAsync(id, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            PutOff(waiting.TaskId, time.GetElapsedTime(begun));
            if (keepsSlot)
            {
                TryMove(waiting, suspended, running);
            }

            End(wait);
        }
    }

    public async ValueTask<bool> RouteAsync(Lease lease, RouteDecision choice, bool isFallback = false, CancellationToken cancellationToken = default)
    {
        var kept = await store.RouteAsync(lease, choice, isFallback, cancellationToken).ConfigureAwait(false);
        Ended(lease);
        return kept;
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

    public ValueTask<HeartbeatResult> HeartbeatAsync(Lease lease, CancellationToken cancellationToken = default) =>
        store.HeartbeatAsync(lease, cancellationToken);

    public ValueTask<LeasedTask?> TakeOverAsync(TaskId id, string worker, CancellationToken cancellationToken = default) =>
        store.TakeOverAsync(id, worker, cancellationToken);

    public async ValueTask<IReadOnlyList<LeasedTask>> TakeOverAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var gated = workers.Contains(request.Worker);
        lock (gate)
        {
            if (gated && !isOpen)
            {
                return [];
            }
        }

        var tasks = await store.TakeOverAsync(request, maxTasks, cancellationToken).ConfigureAwait(false);
        if (gated)
        {
            lock (gate)
            {
                Begin(tasks);
            }
        }

        return tasks;
    }

    public ValueTask<bool> ReportProgressAsync(Lease lease, double fraction, string? message = null, CancellationToken cancellationToken = default) =>
        store.ReportProgressAsync(lease, fraction, message, cancellationToken);

    public ValueTask<bool> CheckpointAsync(Lease lease, ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken = default) =>
        store.CheckpointAsync(lease, checkpoint, cancellationToken);

    public ValueTask<StoreHealth> LookAsync(CancellationToken cancellationToken) => ((IHealthSource)store).LookAsync(cancellationToken);

    public ValueTask<StoreHealth> ReadAsync(CancellationToken cancellationToken) => ((IHealthSource)store).ReadAsync(cancellationToken);

    public ValueTask<int> ReapExpiredAsync(CancellationToken cancellationToken = default) => store.ReapExpiredAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        EndDrain();
        return store.DisposeAsync();
    }

    public void Dispose()
    {
        EndDrain();
        store.Dispose();
    }

    private void EndDrain()
    {
        lock (gate)
        {
            isDisposed = true;
            idle.TrySetException(new ObjectDisposedException(nameof(QueueTestKit)));
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Begin(OpenWait wait)
    {
        lock (gate)
        {
            waits.Add(wait);
            TurnLocked();
        }
    }

    private void End(OpenWait wait)
    {
        lock (gate)
        {
            waits.Remove(wait);
            TurnLocked();
        }
    }

    /// <summary>The attempt's timeout did not count for so long.</summary>
    private void PutOff(TaskId task, TimeSpan by)
    {
        lock (gate)
        {
            if (limits.TryGetValue(task, out var limit))
            {
                limits[task] = limit + Ticks(by);
            }
        }
    }

    /// <summary>Until the timeout of an attempt; <see langword="null"/> if it has none, or if its time does not count now.</summary>
    private TimeSpan? TimeLeft(TaskId task) => limits.TryGetValue(task, out var limit) && !waits.Exists(wait => wait.Waiting == task && wait.IsForDecision)
        ? time.GetElapsedTime(time.GetTimestamp(), limit)
        : null;

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private void Ended(Lease lease)
    {
        lock (gate)
        {
            Forget(lease, running);
            Forget(lease, suspended);
            TurnLocked();
        }
    }

    /// <param name="lease">That of an attempt.</param>
    /// <param name="from">Where it was.</param>
    /// <param name="to">Where it is now; <see langword="null"/> if the lease is lost.</param>
    private void Move(Lease lease, Dictionary<TaskId, long> from, Dictionary<TaskId, long>? to)
    {
        lock (gate)
        {
            Forget(lease, from);
            to?[lease.TaskId] = lease.Token;
            TurnLocked();
        }
    }

    /// <returns>Whether the attempt was where it was looked for.</returns>
    private bool TryMove(Lease lease, Dictionary<TaskId, long> from, Dictionary<TaskId, long> to)
    {
        lock (gate)
        {
            if (!from.TryGetValue(lease.TaskId, out var token) || token != lease.Token)
            {
                return false;
            }

            from.Remove(lease.TaskId);
            to[lease.TaskId] = lease.Token;
            TurnLocked();
            return true;
        }
    }

    /// <summary>A task that was checked out again has a newer token, which stays.</summary>
    private static void Forget(Lease lease, Dictionary<TaskId, long> leases)
    {
        if (leases.TryGetValue(lease.TaskId, out var token) && token == lease.Token)
        {
            leases.Remove(lease.TaskId);
        }
    }

    private void TurnLocked()
    {
        turns++;
        turned.TrySetResult();
        turned = NewSignal();
        ReportIfIdle();
    }

    private bool IsIdle() => isOpen && running.Count == 0 && workers.All(worker => quiet.GetValueOrDefault(worker, -1) == turns);

    private void ReportIfIdle()
    {
        if (IsIdle())
        {
            idle.TrySetResult();
        }
    }
}

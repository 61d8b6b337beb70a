using System.Data.Common;
using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue;

/// <summary>
/// The base of the queues of this library, whatever store they are kept in: checks arguments, starts the spans of producers, waits and watches. Safe for any number of
/// threads. Program against <see cref="ITaskQueue"/>; open a queue by the class of its store, such as <see cref="SqliteTaskQueue"/>.
/// </summary>
public abstract class TaskQueue : ITaskQueue
{
    private readonly ITaskStore store;
    private readonly QueueSettings settings;
    private readonly NewTaskRules rules;
    private readonly TaskInspector inspector;
    private readonly EnqueueSpans spans = new();
    private readonly Maintenance maintenance;
    private int disposed;

    internal TaskQueue(ITaskStore store, QueueSettings settings)
    {
        this.store = store;
        this.settings = settings;
        rules = new NewTaskRules(settings.MaxPayloadBytes, settings.Time);
        inspector = new TaskInspector(store, settings.Types, settings.Time);
        Control = new TaskControl(store, settings.RequestedBy is { } by ? store.Control.As(by) : store.Control, settings.MaxPayloadBytes);
        Groups = new TaskGroups(settings.RequestedBy is { } asked ? store.Groups.As(asked) : store.Groups);
        Budgets = new TaskBudgets(store.Budgets);
        Notifications = new TaskNotifications(store.Notifications, store.Signals, settings.MaxResultBytes);
        Schedules = new TaskSchedules(store.Schedules, new ScheduleRules(rules, settings.Time), settings.Time);
        Approvals = new TaskApprovals(store);
        maintenance = new Maintenance(store, settings);
        settings.Metrics.Observe(new DepthGauge(store.Reader).Read, settings.Time);
    }

    /// <inheritdoc />
    public ITaskControl Control { get; }

    /// <inheritdoc />
    public ITaskGroups Groups { get; }

    /// <inheritdoc />
    public ITaskBudgets Budgets { get; }

    /// <inheritdoc />
    public ITaskInspector Inspector => inspector;

    /// <inheritdoc />
    public ITaskNotifications Notifications { get; }

    /// <inheritdoc />
    public ITaskSchedules Schedules { get; }

    /// <inheritdoc />
    public ITaskApprovals Approvals { get; }

    /// <summary>What the host's handlers tell of payloads and their tasks; <see langword="null"/>: no handlers are known.</summary>
    internal ITaskTypes? Types => settings.Types;

    /// <summary>Tells workers in this process that there may be work, or that work should stop.</summary>
    internal QueueSignals Signals => store.Signals;

    /// <summary>Regular work that the processes of a store share.</summary>
    internal IUpkeepStore Upkeep => store.Upkeep;

    /// <summary>Finds the lease of an attempt by the token of the checkout that began it; <see langword="null"/> if the attempt has ended.</summary>
    internal ValueTask<Lease?> FindLeaseAsync(TaskId id, long attemptToken, CancellationToken cancellationToken) =>
        store.Reader.FindLeaseAsync(id, attemptToken, cancellationToken);

    /// <summary>Reads what the next attempt of a task begins with; <see langword="null"/> if it has stored no checkpoint.</summary>
    internal ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(TaskId id, CancellationToken cancellationToken) =>
        store.Reader.ReadCheckpointAsync(id, cancellationToken);

    internal bool IsDisposed => Volatile.Read(ref disposed) != 0;

    /// <inheritdoc />
    public ValueTask<TaskId> EnqueueAsync(NewTask task, CancellationToken cancellationToken = default)
    {
        if (spans.AreListenedTo)
        {
            return EnqueueInSpanAsync(task, cancellationToken);
        }

        try
        {
            return store.EnqueueAsync(rules.CheckOne(task), cancellationToken);
        }
        catch (Exception e)
        {
            // As with a span: every error comes when the caller awaits.
            return cancellationToken.IsCancellationRequested && e is OperationCanceledException
                ? ValueTask.FromCanceled<TaskId>(cancellationToken)
                : ValueTask.FromException<TaskId>(e);
        }
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(IReadOnlyList<NewTask> tasks, CancellationToken cancellationToken = default)
    {
        using var span = spans.Start(tasks);
        try
        {
            var list = rules.CheckAll(tasks);
            return list.Count == 0 ? [] : IdsOf(await store.EnqueueAsync(list, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (span is not null)
        {
            EnqueueSpans.SetError(span, e);
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask<EnqueueResult> EnqueueOrGetAsync(NewTask task, CancellationToken cancellationToken = default)
    {
        using var span = spans.Start(task);
        try
        {
            var result = (await store.EnqueueAsync([rules.CheckOne(task)], cancellationToken).ConfigureAwait(false))[0];
            EnqueueSpans.SetTask(span, result.Id);
            return result;
        }
        catch (Exception e) when (span is not null)
        {
            EnqueueSpans.SetError(span, e);
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask<TaskId> EnqueueAsync(NewTask task, DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        using var span = spans.Start(task);
        try
        {
            var id = (await EnqueueInAsync([task], transaction, cancellationToken).ConfigureAwait(false))[0];
            EnqueueSpans.SetTask(span, id);
            return id;
        }
        catch (Exception e) when (span is not null)
        {
            EnqueueSpans.SetError(span, e);
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(
        IReadOnlyList<NewTask> tasks, DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        using var span = spans.Start(tasks);
        try
        {
            return await EnqueueInAsync(tasks, transaction, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (span is not null)
        {
            EnqueueSpans.SetError(span, e);
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask<LeasedTask?> CheckoutAsync(CheckoutRequest request, CancellationToken cancellationToken = default)
    {
        CheckoutRules.Check(request);
        return store.CheckoutAsync(request, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<LeasedTask>> CheckoutAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken = default)
    {
        CheckoutRules.Check(request);
        Check.Between(maxTasks, 1, Limits.BatchSize, nameof(maxTasks));
        return store.CheckoutAsync(request, maxTasks, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<HeartbeatResult> HeartbeatAsync(Lease lease, CancellationToken cancellationToken = default) =>
        (await store.HeartbeatAsync([lease], cancellationToken).ConfigureAwait(false))[0];

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<HeartbeatResult>> HeartbeatAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(leases);
        Check.Between(leases.Count, 0, Limits.BatchSize, "leases.Count");
        return leases.Count == 0 ? [] : await store.HeartbeatAsync([.. leases], cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask<bool> CompleteAsync(Lease lease, ReadOnlyMemory<byte> result = default, CancellationToken cancellationToken = default)
    {
        Check.Size(result.Length, settings.MaxResultBytes, nameof(result));
        return store.CompleteAsync(lease, result, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, CancellationToken cancellationToken = default) =>
        CompleteAsync(tasks, inLine: null, cancellationToken);

    /// <inheritdoc />
    public ValueTask<bool> FailAsync(Lease lease, TaskFailure failure, CancellationToken cancellationToken = default) =>
        store.FailAsync(lease, AttemptRules.CheckFailure(failure, rules, settings.MaxResultBytes), cancellationToken);

    /// <inheritdoc />
    public ValueTask<bool> ReleaseAsync(Lease lease, TimeSpan? delay = null, CancellationToken cancellationToken = default)
    {
        var delayMs = delay is { } span ? rules.CheckDelay(span, nameof(delay)) : 0;
        return store.ReleaseAsync(lease, delayMs, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> RouteAsync(Lease lease, RouteDecision choice, bool isFallback = false, CancellationToken cancellationToken = default) =>
        store.RouteAsync(lease, AttemptRules.CheckChoice(choice), isFallback, cancellationToken);

    /// <inheritdoc />
    public ValueTask<bool> SuspendAsync(Lease lease, CancellationToken cancellationToken = default) => store.SuspendAsync(lease, cancellationToken);

    /// <inheritdoc />
    public ValueTask<bool> ResumeAsync(Lease lease, CancellationToken cancellationToken = default) => store.ResumeAsync(lease, cancellationToken);

    /// <inheritdoc />
    public ValueTask<LeasedTask?> TakeOverAsync(TaskId id, string worker, CancellationToken cancellationToken = default)
    {
        Check.Text(worker, nameof(worker), Limits.WorkerLength, 1);
        return store.TakeOverAsync(id, worker, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<LeasedTask>> TakeOverAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken = default)
    {
        CheckoutRules.Check(request);
        Check.Between(maxTasks, 1, Limits.BatchSize, nameof(maxTasks));
        return store.TakeOverAsync(request, maxTasks, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> ReportProgressAsync(Lease lease, double fraction, string? message = null, CancellationToken cancellationToken = default)
    {
        AttemptRules.CheckProgress(fraction, message);
        return store.ReportProgressAsync(lease, fraction, message, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> CheckpointAsync(Lease lease, ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken = default)
    {
        Check.Size(checkpoint.Length, settings.MaxResultBytes, nameof(checkpoint));
        return store.CheckpointAsync(lease, checkpoint, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<int> ReapExpiredAsync(CancellationToken cancellationToken = default)
    {
        var total = 0;
        SweepResult result;
        do
        {
            result = await store.Upkeep.SweepAsync(cancellationToken).ConfigureAwait(false);
            total += result.Reaped;
        }
        while (result.MayBeMore);

        return total;
    }

    /// <summary>
    /// Refuses new calls, waits for those that were made, ends waits and watches with <see cref="ObjectDisposedException"/>, and closes
    /// the store. Leases that are held stay held until they expire.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await Task.Factory.StartNew(Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Closes the queue as <see cref="DisposeAsync"/> does, on the calling thread. It waits for no continuation, so that it ends even if every thread of
    /// the pool is in here.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        settings.Metrics.Dispose();
        spans.Dispose();
        maintenance.Dispose();
        store.Signals.Close(new ObjectDisposedException(GetType().Name));
        store.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Completes as the public overload does, and says when it has its place among the writes: see <see cref="ITaskStore"/>.</summary>
    internal async ValueTask<IReadOnlyList<bool>> CompleteAsync(
        IReadOnlyList<TaskCompletion> tasks, Action? inLine, CancellationToken cancellationToken)
    {
        AttemptRules.CheckCompletions(tasks, settings.MaxResultBytes);
        return tasks.Count == 0 ? [] : await store.CompleteAsync(tasks, inLine, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until there may be tasks for a worker; gives those that were claimed for it meanwhile.</summary>
    internal ValueTask<IReadOnlyList<LeasedTask>> WaitForTasksAsync(long seen, WaitingWorker waiting, CancellationToken cancellationToken)
    {
        CheckoutRules.Check(waiting.Request);
        return store.WaitForTasksAsync(seen, waiting, cancellationToken);
    }

    /// <summary>Waits as <see cref="ITaskInspector.WaitAsync"/> does, for an attempt that gave its slot back.</summary>
    internal ValueTask<WaitSummary> WaitAsync(Lease waiting, IReadOnlyList<TaskId> ids, WaitOptions? options, CancellationToken cancellationToken) =>
        inspector.WaitAsync(TaskSelector.ByIds(ids), options, waiting, cancellationToken);

    /// <summary>Waits as <see cref="ITaskApprovals.WaitAsync"/> does, for an attempt that asked.</summary>
    internal ValueTask<ApprovalInfo> WaitForDecisionAsync(Lease waiting, ApprovalId id, CancellationToken cancellationToken) =>
        store.WaitForDecisionAsync(id, waiting, cancellationToken);

    /// <summary>Goes once through the writer, without writing, and reads the health of the store beside it.</summary>
    internal async ValueTask<StoreHealth> ProbeHealthAsync(CancellationToken cancellationToken)
    {
        var wait = await store.ProbeWriterAsync(cancellationToken).ConfigureAwait(false);
        return await store.ReadHealthAsync(cancellationToken).ConfigureAwait(false) with { WriterWait = wait };
    }

    /// <summary>The same without the way through the writer: <see cref="StoreHealth.WriterWait"/> is zero.</summary>
    internal ValueTask<StoreHealth> ReadHealthAsync(CancellationToken cancellationToken) => store.ReadHealthAsync(cancellationToken);

    /// <summary>The queue is open: begins what it does by itself.</summary>
    internal void Start() => maintenance.Start();

    private async ValueTask<TaskId> EnqueueInSpanAsync(NewTask task, CancellationToken cancellationToken)
    {
        using var span = spans.Start(task);
        try
        {
            var id = await store.EnqueueAsync(rules.CheckOne(task), cancellationToken).ConfigureAwait(false);
            EnqueueSpans.SetTask(span, id);
            return id;
        }
        catch (Exception e) when (span is not null)
        {
            EnqueueSpans.SetError(span, e);
            throw;
        }
    }

    private static TaskId[] IdsOf(EnqueueResult[] results) => Array.ConvertAll(results, result => result.Id);

    private async ValueTask<TaskId[]> EnqueueInAsync(IReadOnlyList<NewTask> tasks, DbTransaction transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        return IdsOf(await store.EnqueueAsync(rules.CheckAll(tasks), transaction, cancellationToken).ConfigureAwait(false));
    }
}

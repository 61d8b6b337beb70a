using System.Data.Common;

namespace DurableQueue;

/// <summary>
/// A durable queue of tasks. Safe for any number of threads, and for any number of processes on the same store. What a call
/// acknowledged is on disk; a crash before that leaves nothing half done.
/// </summary>
/// <remarks>
/// Every method throws <see cref="ArgumentException"/> for a caller's mistake before anything is written,
/// <see cref="QueueStorageException"/> for trouble with the store, and <see cref="ObjectDisposedException"/> after disposal.
/// A cancellation token works until the writer takes the operation; from then on the call returns its result.
/// <see cref="IDisposable.Dispose"/> does what <see cref="IAsyncDisposable.DisposeAsync"/> does, and blocks the calling thread meanwhile; it needs no
/// other thread of the pool.
/// </remarks>
public interface ITaskQueue : IAsyncDisposable, IDisposable
{
    /// <summary>Cancel, retry, stash, edit, remove, prune: what people and programs do to tasks from outside.</summary>
    ITaskControl Control { get; }

    /// <summary>The groups and their limits.</summary>
    ITaskGroups Groups { get; }

    /// <summary>How often tasks may start and what they may cost.</summary>
    ITaskBudgets Budgets { get; }

    /// <summary>Reading, waiting and watching.</summary>
    ITaskInspector Inspector { get; }

    /// <summary>Durable messages about tasks, for subscribers that may be away.</summary>
    ITaskNotifications Notifications { get; }

    /// <summary>Tasks that are enqueued by the clock, again and again.</summary>
    ITaskSchedules Schedules { get; }

    /// <summary>Requests for approvals, their decisions, and the gates that ask for them.</summary>
    ITaskApprovals Approvals { get; }

    /// <summary>Stores one task. If its <see cref="NewTask.DedupKey"/> is taken, gives the id of the task that holds it.</summary>
    /// <exception cref="ArgumentException">A setting is out of its limits, or a dependency is unknown.</exception>
    ValueTask<TaskId> EnqueueAsync(NewTask task, CancellationToken cancellationToken = default);

    /// <summary>Stores up to 10,000 tasks in one transaction, all or none. Ids rise in list order; equal dedup keys give one id.</summary>
    /// <exception cref="ArgumentException">A setting is out of its limits, a dependency is unknown, or dependencies make a cycle.</exception>
    ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(IReadOnlyList<NewTask> tasks, CancellationToken cancellationToken = default);

    /// <summary>Stores one task and tells whether it is new or the dedup key was taken.</summary>
    /// <exception cref="ArgumentException">A setting is out of its limits, or a dependency is unknown.</exception>
    ValueTask<EnqueueResult> EnqueueOrGetAsync(NewTask task, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores one task inside a transaction of the application on the queue's own store: with it the task becomes visible and ready, or, if it is rolled
    /// back, never was. This is the outbox: the application's rows and the task that works on them are stored together or not at all.
    /// </summary>
    /// <param name="task">What to store.</param>
    /// <param name="transaction">
    /// Open, on the queue's store, and of its provider: for a queue in a SQLite file a <c>Microsoft.Data.Sqlite.SqliteTransaction</c>, which is also
    /// what EF Core's <c>Database.CurrentTransaction.GetDbTransaction()</c> gives for such a file.
    /// </param>
    /// <param name="cancellationToken">Read before the first write.</param>
    /// <returns>The task's id. After a rollback another task may get the same id.</returns>
    /// <remarks>
    /// A crash before the commit leaves nothing, one after it loses nothing; the durability is that of the application's connection. An error leaves the
    /// transaction as it was before the call, and open, unless the error says that the store has ended it. While the transaction is open it may keep
    /// other writers of the store waiting, the heartbeats of workers too: keep it short.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// A setting is out of its limits; or the transaction has ended, belongs to another store, or is another provider's.
    /// </exception>
    ValueTask<TaskId> EnqueueAsync(NewTask task, DbTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores up to 10,000 tasks inside a transaction of the application, as <see cref="EnqueueAsync(NewTask, DbTransaction, CancellationToken)"/> does: all
    /// or none.
    /// </summary>
    /// <param name="tasks">May refer to each other by <see cref="TaskDependency.OnItem"/>.</param>
    /// <param name="transaction">Open, on the queue's store, and of its provider.</param>
    /// <param name="cancellationToken">Read before the first write.</param>
    /// <returns>The ids, in list order.</returns>
    /// <exception cref="ArgumentException">
    /// A setting is out of its limits, or the list is too long; or the transaction has ended, belongs to another store, or is another provider's.
    /// </exception>
    ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(
        IReadOnlyList<NewTask> tasks, DbTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>Takes the best ready task under a lease. Never waits: <see langword="null"/> means that nothing is ready.</summary>
    /// <remarks>A worker that crashes afterwards loses the attempt when the lease expires; the task is then offered again.</remarks>
    ValueTask<LeasedTask?> CheckoutAsync(CheckoutRequest request, CancellationToken cancellationToken = default);

    /// <summary>Takes up to <paramref name="maxTasks"/> ready tasks in one transaction, best first, across groups and within their limits.</summary>
    /// <param name="request">Who asks, and for which tasks.</param>
    /// <param name="maxTasks">1 to 10,000.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    ValueTask<IReadOnlyList<LeasedTask>> CheckoutAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken = default);

    /// <summary>Renews a lease for its full duration, also after its expiry as long as nobody took it back.</summary>
    ValueTask<HeartbeatResult> HeartbeatAsync(Lease lease, CancellationToken cancellationToken = default);

    /// <summary>Renews many leases in one transaction; answers in the order given. At most 10,000.</summary>
    ValueTask<IReadOnlyList<HeartbeatResult>> HeartbeatAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken = default);

    /// <summary>Ends the task with success and settles its dependents, in one transaction.</summary>
    /// <param name="lease">The lease of the attempt.</param>
    /// <param name="result">Kept with the task; at most 16 MiB unless the queue is set otherwise.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <returns><see langword="false"/> if the lease is lost; then nothing changed.</returns>
    ValueTask<bool> CompleteAsync(Lease lease, ReadOnlyMemory<byte> result = default, CancellationToken cancellationToken = default);

    /// <summary>Ends many tasks with success in one transaction; each lease is judged by itself. At most 10,000.</summary>
    /// <param name="tasks">The attempts, each with its result. Not to be changed before the call has ended.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <returns>In the order given: <see langword="false"/> where the lease is lost; that task did not change.</returns>
    /// <exception cref="ArgumentException">There are too many, or a result is too long; nothing was changed.</exception>
    ValueTask<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, CancellationToken cancellationToken = default);

    /// <summary>Ends the attempt without success: queued again after the backoff if attempts are left, else failed for good.</summary>
    /// <returns><see langword="false"/> if the lease is lost; then nothing changed.</returns>
    ValueTask<bool> FailAsync(Lease lease, TaskFailure failure, CancellationToken cancellationToken = default);

    /// <summary>Gives the task back without charging the attempt.</summary>
    /// <param name="lease">The lease of the attempt.</param>
    /// <param name="delay">Not ready again before this long from now (a snooze); <see langword="null"/> means at once.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <returns><see langword="false"/> if the lease is lost; then nothing changed.</returns>
    ValueTask<bool> ReleaseAsync(Lease lease, TimeSpan? delay = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives a task that was enqueued without a type its type, and queues it again without charging the attempt: in one step, so that a crash
    /// leaves it either routed or not. Gates that are about the new type hold it.
    /// </summary>
    /// <param name="lease">The lease of the attempt, of a task of type <see cref="NewTask.AutoType"/>.</param>
    /// <param name="choice">The type, and the reason that is kept with the task.</param>
    /// <param name="isFallback">The choice was made because a router failed.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <returns><see langword="false"/> if the lease is lost; then nothing changed.</returns>
    /// <exception cref="ArgumentException">The choice is no type, or it is <see cref="NewTask.AutoType"/> again.</exception>
    /// <exception cref="TaskStateException">The task has a type: an explicit one always wins.</exception>
    ValueTask<bool> RouteAsync(Lease lease, RouteDecision choice, bool isFallback = false, CancellationToken cancellationToken = default);

    /// <summary>Gives the group's slot back while the attempt waits for something else. The lease goes on and must be renewed.</summary>
    /// <returns>
    /// <see langword="false"/> if the lease is lost, or if a cancel was requested: then the task ends <see cref="TaskOutcome.Killed"/>.
    /// Suspending twice is harmless.
    /// </returns>
    ValueTask<bool> SuspendAsync(Lease lease, CancellationToken cancellationToken = default);

    /// <summary>Takes the slot again, before any new checkout of the group, even if the group is full by now.</summary>
    /// <returns><see langword="false"/> if the lease is lost; then nothing changed. Resuming what is not suspended is harmless.</returns>
    ValueTask<bool> ResumeAsync(Lease lease, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes over the running attempt of a worker process that is gone, on the same machine and boot, without waiting for its lease to
    /// expire: same attempt, new token, new worker. An attempt of <see cref="CheckoutRequest.AdoptedTypes"/> is also taken over after its worker has stopped in good order.
    /// </summary>
    /// <param name="id">The task.</param>
    /// <param name="worker">Name of the worker that goes on with it; 1 to 256 characters.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <returns><see langword="null"/> if the task is not checked out, or its worker is alive, on another machine or of another boot.</returns>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    ValueTask<LeasedTask?> TakeOverAsync(TaskId id, string worker, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes over running attempts of <see cref="CheckoutRequest.AdoptedTypes"/>, in the groups of the request, whose worker has stopped or is gone
    /// from this machine and boot, or whose lease has expired: same attempt, new token, new worker. Those of other groups too, if they were asked to stop or
    /// their timeout is over, their worker is gone, and no live worker takes their group: so that they are stopped.
    /// </summary>
    /// <param name="request">Who goes on with them, and with which.</param>
    /// <param name="maxTasks">1 to 10,000.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <returns>Those taken over, lowest id first; each with <see cref="LeasedTask.TakenOver"/>.</returns>
    ValueTask<IReadOnlyList<LeasedTask>> TakeOverAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken = default);

    /// <summary>Stores how far the attempt is; the last report is kept.</summary>
    /// <param name="lease">The lease of the attempt.</param>
    /// <param name="fraction">0 to 1.</param>
    /// <param name="message">For people; at most 512 characters.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <returns><see langword="false"/> if the lease is lost; then nothing changed.</returns>
    ValueTask<bool> ReportProgressAsync(Lease lease, double fraction, string? message = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores what later attempts of the task are to begin with, in place of the last checkpoint. On disk when the call returns, it survives
    /// the end of the attempt, however it ends, a crash too. Success and <see cref="ITaskControl.RetryAsync"/> delete it.
    /// </summary>
    /// <param name="lease">The lease of the attempt.</param>
    /// <param name="checkpoint">At most 16 MiB unless the queue is set otherwise for results.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <returns><see langword="false"/> if the lease is lost; then nothing changed.</returns>
    ValueTask<bool> CheckpointAsync(Lease lease, ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes back every expired lease but those of <see cref="CheckoutRequest.AdoptedTypes"/>, in chunks. An open queue also does this by timer and
    /// at each checkout.
    /// </summary>
    /// <returns>How many leases were taken back.</returns>
    ValueTask<int> ReapExpiredAsync(CancellationToken cancellationToken = default);
}

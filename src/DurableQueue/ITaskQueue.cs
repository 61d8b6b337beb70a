using System.Data.Common;

namespace DurableQueue;

/// <summary>A durable queue of tasks. Any number of threads may use it, and any number of processes may share its store.</summary>
/// <remarks>
/// <para>
/// When a call returns, its change is committed; with <see cref="Durability.Full"/>, the default, it is on disk. A crash before that leaves no partial
/// change, except for calls that are documented to work in chunks. Every method throws <see cref="ArgumentException"/> for an invalid argument before
/// anything is written, <see cref="QueueStorageException"/> if the store fails, and <see cref="ObjectDisposedException"/> after disposal.
/// </para>
/// <para>
/// A cancellation token cancels a call only while it is queued; once the write has started, the call completes and returns its result.
/// </para>
/// <para>
/// <see cref="IDisposable.Dispose"/> does the same as <see cref="IAsyncDisposable.DisposeAsync"/> and blocks the calling thread meanwhile. It needs no other
/// thread of the thread pool.
/// </para>
/// </remarks>
public interface ITaskQueue : IAsyncDisposable, IDisposable
{
    /// <summary>Cancels, retries, edits, removes and prunes tasks.</summary>
    ITaskControl Control { get; }

    /// <summary>The groups and their limits.</summary>
    ITaskGroups Groups { get; }

    /// <summary>Limits how often tasks may start and what they may cost.</summary>
    ITaskBudgets Budgets { get; }

    /// <summary>Reads, waits for and watches tasks.</summary>
    ITaskInspector Inspector { get; }

    /// <summary>Durable messages about tasks, for subscribers that may be offline.</summary>
    ITaskNotifications Notifications { get; }

    /// <summary>Schedules that enqueue tasks at given times.</summary>
    ITaskSchedules Schedules { get; }

    /// <summary>Approval requests, their decisions, and the gates that require approvals.</summary>
    ITaskApprovals Approvals { get; }

    /// <summary>Enqueues one task.</summary>
    /// <returns>The id of the new task, or of the task that holds the same <see cref="NewTask.DedupKey"/>.</returns>
    /// <exception cref="ArgumentException">A setting is out of range, or a dependency doesn't exist.</exception>
    ValueTask<TaskId> EnqueueAsync(NewTask task, CancellationToken cancellationToken = default);

    /// <summary>Enqueues up to 10,000 tasks in one transaction, all or none. Ids rise in list order; tasks with equal dedup keys get one id.</summary>
    /// <returns>The ids, in list order.</returns>
    /// <exception cref="ArgumentException">A setting is out of range, a dependency doesn't exist, or the dependencies form a cycle.</exception>
    ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(IReadOnlyList<NewTask> tasks, CancellationToken cancellationToken = default);

    /// <summary>Enqueues one task, and reports whether it was created or its dedup key was already taken.</summary>
    /// <exception cref="ArgumentException">A setting is out of range, or a dependency doesn't exist.</exception>
    ValueTask<EnqueueResult> EnqueueOrGetAsync(NewTask task, CancellationToken cancellationToken = default);

    /// <summary>
    /// Enqueues one task inside a transaction of the application on the queue's own store (an outbox): the application's rows and the task that works on
    /// them are stored together or not at all. The task becomes visible when the transaction commits.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="transaction">
    /// An open transaction on the queue's store, of the store's ADO.NET provider. For a queue in a SQLite file this is a
    /// <c>Microsoft.Data.Sqlite.SqliteTransaction</c>, which EF Core returns from <c>Database.CurrentTransaction.GetDbTransaction()</c>.
    /// </param>
    /// <param name="cancellationToken">Checked before the first write.</param>
    /// <returns>The id of the task. After a rollback, another task may get the same id.</returns>
    /// <remarks>
    /// A crash before the commit leaves nothing, a crash after it loses nothing; the durability is that of the application's connection. An error leaves
    /// the transaction open and as it was before the call, unless the message says that the store has ended it. The open transaction may block other
    /// writers of the store, including the heartbeats of workers: keep it short.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// A setting is out of range; or the transaction has ended, belongs to another store, or is of another provider.
    /// </exception>
    ValueTask<TaskId> EnqueueAsync(NewTask task, DbTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>
    /// Enqueues up to 10,000 tasks, all or none, inside a transaction of the application, like
    /// <see cref="EnqueueAsync(NewTask, DbTransaction, CancellationToken)"/>.
    /// </summary>
    /// <param name="tasks">The tasks. They may refer to each other by <see cref="TaskDependency.OnItem"/>.</param>
    /// <param name="transaction">An open transaction on the queue's store, of the store's ADO.NET provider.</param>
    /// <param name="cancellationToken">Checked before the first write.</param>
    /// <returns>The ids, in list order.</returns>
    /// <exception cref="ArgumentException">
    /// A setting is out of range, or the list is too long; or the transaction has ended, belongs to another store, or is of another provider.
    /// </exception>
    ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(
        IReadOnlyList<NewTask> tasks, DbTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>Checks out the best ready task under a lease. Never waits.</summary>
    /// <returns>The task; <see langword="null"/> if no task is ready.</returns>
    /// <remarks>If the worker crashes, the attempt is lost when its lease expires, and the task is offered again.</remarks>
    ValueTask<LeasedTask?> CheckoutAsync(CheckoutRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Checks out up to <paramref name="maxTasks"/> ready tasks in one transaction, best first, across groups and within the limits of the groups.
    /// </summary>
    /// <param name="request">The worker, and the groups and types that it takes.</param>
    /// <param name="maxTasks">The maximum number of tasks, 1 to 10,000.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    ValueTask<IReadOnlyList<LeasedTask>> CheckoutAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken = default);

    /// <summary>Renews a lease for its full duration. An expired lease is renewed too, unless it was already reaped.</summary>
    ValueTask<HeartbeatResult> HeartbeatAsync(Lease lease, CancellationToken cancellationToken = default);

    /// <summary>Renews up to 10,000 leases in one transaction.</summary>
    /// <returns>One result for each lease, in the order given.</returns>
    ValueTask<IReadOnlyList<HeartbeatResult>> HeartbeatAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken = default);

    /// <summary>Completes a task: stores its result and starts the cascade to its dependents, in one transaction.</summary>
    /// <param name="lease">The lease of the attempt.</param>
    /// <param name="result">The result, stored with the task. At most 16 MiB by default; the queue's options can change the limit.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <returns><see langword="false"/> if the lease is lost; nothing has changed then.</returns>
    ValueTask<bool> CompleteAsync(Lease lease, ReadOnlyMemory<byte> result = default, CancellationToken cancellationToken = default);

    /// <summary>Completes up to 10,000 tasks in one transaction. A lost lease affects only its own task.</summary>
    /// <param name="tasks">The leases of the attempts with their results. Don't change the list before the call has returned.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <returns>One value for each task, in the order given: <see langword="false"/> if its lease is lost and it has not changed.</returns>
    /// <exception cref="ArgumentException">There are too many tasks, or a result is too long. Nothing has changed.</exception>
    ValueTask<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, CancellationToken cancellationToken = default);

    /// <summary>
    /// Fails an attempt. The task is queued again after the backoff if it has attempts left; otherwise it ends in state <see cref="TaskState.Failed"/>.
    /// </summary>
    /// <returns><see langword="false"/> if the lease is lost; nothing has changed then.</returns>
    ValueTask<bool> FailAsync(Lease lease, TaskFailure failure, CancellationToken cancellationToken = default);

    /// <summary>Returns a task to the queue without charging the attempt.</summary>
    /// <param name="lease">The lease of the attempt.</param>
    /// <param name="delay">How long the task is not ready again; <see langword="null"/> means no delay.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <returns><see langword="false"/> if the lease is lost; nothing has changed then.</returns>
    ValueTask<bool> ReleaseAsync(Lease lease, TimeSpan? delay = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sets the type of a task that was enqueued without one, and returns it to the queue without charging the attempt, in one transaction. Approval gates
    /// that match the new type apply to it.
    /// </summary>
    /// <param name="lease">The lease of an attempt of a task of type <see cref="NewTask.AutoType"/>.</param>
    /// <param name="choice">The type, and the reason, which is stored with the task.</param>
    /// <param name="isFallback"><see langword="true"/> if the type was chosen because a router failed.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <returns><see langword="false"/> if the lease is lost; nothing has changed then.</returns>
    /// <exception cref="ArgumentException">The chosen type is not valid, or it is <see cref="NewTask.AutoType"/>.</exception>
    /// <exception cref="TaskStateException">The task already has a type.</exception>
    ValueTask<bool> RouteAsync(Lease lease, RouteDecision choice, bool isFallback = false, CancellationToken cancellationToken = default);

    /// <summary>Frees the slot in the group while the attempt waits for something else. The lease stays valid and must be renewed.</summary>
    /// <returns>
    /// <see langword="false"/> if the lease is lost, or if a cancel was requested, in which case the task ends with <see cref="TaskOutcome.Killed"/>; one
    /// of an adopted type (<see cref="CheckoutRequest.AdoptedTypes"/>) stays checked out, because its work may still run. Suspending an attempt that is already suspended has no effect.
    /// </returns>
    ValueTask<bool> SuspendAsync(Lease lease, CancellationToken cancellationToken = default);

    /// <summary>Takes the slot back, ahead of any new checkout from the group, and even if the group is full.</summary>
    /// <returns>
    /// <see langword="false"/> if the lease is lost; nothing has changed then. Resuming an attempt that isn't suspended has no effect.
    /// </returns>
    ValueTask<bool> ResumeAsync(Lease lease, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes over the running attempt of a worker process that has ended on the same machine since its last boot, without waiting for the lease to expire.
    /// The attempt stays the same and gets a new fencing token. An attempt of one of the <see cref="CheckoutRequest.AdoptedTypes"/> can also be taken over
    /// after its worker has shut down normally.
    /// </summary>
    /// <param name="id">The task.</param>
    /// <param name="worker">The name of the worker that continues the attempt, 1 to 256 characters.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <returns>
    /// <see langword="null"/> if the task is not checked out, or if its worker is still running, on another machine, or from an earlier boot.
    /// </returns>
    /// <exception cref="TaskNotFoundException">The task doesn't exist.</exception>
    ValueTask<LeasedTask?> TakeOverAsync(TaskId id, string worker, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes over running attempts of the <see cref="CheckoutRequest.AdoptedTypes"/>, in the groups of the request, whose worker has stopped or ended on
    /// this machine since its last boot, or whose lease has expired. Each attempt stays the same and gets a new fencing token.
    /// </summary>
    /// <param name="request">The worker that continues the attempts, and the groups and types that it takes.</param>
    /// <param name="maxTasks">The maximum number of attempts, 1 to 10,000.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <returns>The attempts that were taken over, lowest id first, with <see cref="LeasedTask.TakenOver"/> set.</returns>
    /// <remarks>
    /// Attempts in other groups are taken over only to be stopped: if they were cancelled or have timed out, their worker has ended, and no live worker
    /// takes from their group.
    /// </remarks>
    ValueTask<IReadOnlyList<LeasedTask>> TakeOverAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken = default);

    /// <summary>Stores the progress of an attempt, replacing the last report.</summary>
    /// <param name="lease">The lease of the attempt.</param>
    /// <param name="fraction">The fraction that is done, 0 to 1.</param>
    /// <param name="message">A text for people, at most 512 characters.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <returns><see langword="false"/> if the lease is lost; nothing has changed then.</returns>
    ValueTask<bool> ReportProgressAsync(Lease lease, double fraction, string? message = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores the state from which later attempts of the task continue, replacing the last checkpoint. It survives the end of the attempt, and a crash.
    /// It is deleted when the task succeeds, and by <see cref="ITaskControl.RetryAsync"/>.
    /// </summary>
    /// <param name="lease">The lease of the attempt.</param>
    /// <param name="checkpoint">The state. At most 16 MiB by default; the limit of results applies.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <returns><see langword="false"/> if the lease is lost; nothing has changed then.</returns>
    ValueTask<bool> CheckpointAsync(Lease lease, ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reaps all expired leases, in chunks, except those of <see cref="CheckoutRequest.AdoptedTypes"/>. It also fires due schedules, ends delays, lets
    /// approval requests expire and reopens budgets. An open queue also does this on a timer and at every checkout.
    /// </summary>
    /// <returns>The number of leases that were reaped.</returns>
    ValueTask<int> ReapExpiredAsync(CancellationToken cancellationToken = default);
}

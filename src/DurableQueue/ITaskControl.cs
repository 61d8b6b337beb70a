namespace DurableQueue;

/// <summary>Manages tasks: cancels, retries, stashes, approves, edits, removes and prunes them.</summary>
/// <remarks>
/// A method that names a task throws <see cref="TaskNotFoundException"/> if the task doesn't exist, and <see cref="TaskStateException"/> if its state doesn't
/// allow the call. Nothing has changed then.
/// </remarks>
public interface ITaskControl
{
    /// <summary>
    /// The same control for somebody with a name: each request that it makes is recorded, in the transaction that does it, with the task
    /// (<see cref="ITaskInspector.GetRequestsAsync"/>) and in the log of the queue (<see cref="ITaskInspector.GetRequestLogAsync"/>). Prune and repair are not recorded.
    /// </summary>
    /// <param name="by">Who asks, 1 to 256 characters.</param>
    /// <exception cref="ArgumentException"><paramref name="by"/> is empty, too long, or has control characters.</exception>
#pragma warning disable CA1716 // A keyword of Visual Basic, which can write [As].
    ITaskControl As(string by);
#pragma warning restore CA1716

    /// <summary>Cancels a task. A queued task is cancelled at once; for a running task, its worker is asked to stop it.</summary>
    /// <param name="id">The task.</param>
    /// <param name="reason">Why the task is cancelled, stored with the task; at most 512 characters.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    ValueTask<CancelResult> CancelAsync(TaskId id, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Cancels a task and all unfinished tasks that depend on it, directly or indirectly, whatever their conditions. The task itself is cancelled when the
    /// call returns; its dependents follow in chunks, also after a crash.
    /// </summary>
    /// <returns>What happened to the task itself.</returns>
    ValueTask<CancelResult> CancelTreeAsync(TaskId id, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Queues a finished task again, with the same id, the same position and no attempts used. Its dependencies, approval and budgets are evaluated again.
    /// </summary>
    /// <param name="id">The finished task.</param>
    /// <param name="withDependents">
    /// <see langword="true"/> to also queue the tasks that ended with <see cref="TaskOutcome.DependencyFailed"/> because of it, recursively.
    /// </param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="TaskStateException">
    /// The task isn't finished, one of its dependencies is still broken, or another task holds its dedup key.
    /// </exception>
    ValueTask RetryAsync(TaskId id, bool withDependents = false, CancellationToken cancellationToken = default);

    /// <summary>Does the same as <see cref="RetryAsync"/> and stashes the task in the same transaction, so that no worker can take it in between.</summary>
    /// <param name="id">The finished task.</param>
    /// <param name="withDependents"><see langword="true"/> to also queue its dependents, as <see cref="RetryAsync"/> does. They are not stashed.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="TaskStateException">
    /// The task isn't finished, one of its dependencies is still broken, or another task holds its dedup key.
    /// </exception>
    ValueTask RetryStashedAsync(TaskId id, bool withDependents = false, CancellationToken cancellationToken = default);

    /// <summary>Puts a queued task aside until <see cref="UnstashAsync"/>. Has no effect if it is already stashed.</summary>
    ValueTask StashAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>Ends <see cref="StashAsync"/>. Has no effect if the task is queued and not stashed.</summary>
    ValueTask UnstashAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a queued task run next. Its delay, its stash, and the limit and pause of its group are ignored; its budgets are not: the task waits while one of
    /// them is used up.
    /// </summary>
    /// <exception cref="TaskStateException">The task isn't queued, or it waits for a dependency, an approval or a budget.</exception>
    ValueTask RunNowAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>Does the same as <see cref="RunNowAsync"/> and also ignores the budgets of the task. Its start and its cost still count against them.</summary>
    /// <exception cref="TaskStateException">The task isn't queued, or it waits for a dependency or an approval.</exception>
    ValueTask RunNowOverBudgetAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Approves a queued task that waits for an approval. Requests made by a running handler are decided with <see cref="ITaskApprovals.ApproveAsync"/>.
    /// </summary>
    /// <param name="id">The task.</param>
    /// <param name="by">Who decides, 1 to 256 characters.</param>
    /// <param name="note">A note, stored with the decision; at most 4,096 characters.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="TaskStateException">The task isn't queued, or no approval is pending. A request is decided only once.</exception>
    /// <exception cref="ApproverNotAllowedException">The request names its approvers, and <paramref name="by"/> isn't one of them.</exception>
    ValueTask ApproveAsync(TaskId id, string by, string? note = null, CancellationToken cancellationToken = default);

    /// <summary>Rejects a queued task that waits for an approval. The task ends with <see cref="TaskOutcome.Rejected"/>.</summary>
    /// <param name="id">The task.</param>
    /// <param name="by">Who decides, 1 to 256 characters.</param>
    /// <param name="reason">The reason, stored with the decision; 1 to 4,096 characters.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="TaskStateException">The task isn't queued, or no approval is pending.</exception>
    /// <exception cref="ApproverNotAllowedException">The request names its approvers, and <paramref name="by"/> isn't one of them.</exception>
    ValueTask RejectAsync(TaskId id, string by, string reason, CancellationToken cancellationToken = default);

    /// <summary>Edits a queued task. Either all changes are made or none.</summary>
    /// <exception cref="ArgumentException">A value is out of range, or a dependency doesn't exist or forms a cycle.</exception>
    ValueTask EditAsync(TaskId id, TaskEdit edit, CancellationToken cancellationToken = default);

    /// <summary>Exchanges the priorities and positions of two queued tasks in one group.</summary>
    /// <exception cref="ArgumentException">Both ids are the same, or the tasks are in different groups.</exception>
    ValueTask SwapAsync(TaskId first, TaskId second, CancellationToken cancellationToken = default);

    /// <summary>Deletes tasks that aren't running, with their results and attempts, and frees their dedup keys. Either all are deleted or none.</summary>
    /// <param name="ids">The tasks, at most 10,000.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="TaskStateException">One of the tasks is running, or an unfinished task that isn't in the list depends on one of them.</exception>
    ValueTask RemoveAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes finished tasks that are older than the policy allows, in chunks. A task that an unfinished task still depends on is kept.
    /// </summary>
    /// <returns>The number of tasks that were deleted. If the call is cancelled or the process crashes, what was deleted until then stays deleted.</returns>
    ValueTask<int> PruneAsync(RetentionPolicy policy, CancellationToken cancellationToken = default);

    /// <summary>
    /// Repairs what <see cref="ITaskInspector.VerifyAsync"/> reports, in one transaction, as far as it can be derived from the rest of the store. Tasks that
    /// were held or left unfinished by mistake continue right after it.
    /// </summary>
    /// <remarks>
    /// Reads the whole store while it holds the write lock: other writers, in all processes, wait that long, and fail if it exceeds their busy timeout.
    /// </remarks>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <returns>What was repaired, and in <see cref="QueueRepair.Remaining"/> what was not.</returns>
    /// <exception cref="QueueStorageException">The file is damaged beyond its indexes. Nothing has changed; restore a backup.</exception>
    ValueTask<QueueRepair> RepairAsync(CancellationToken cancellationToken = default);
}

namespace DurableQueue;

/// <summary>What people and programs do to tasks from outside.</summary>
/// <remarks>
/// Every method that names a task throws <see cref="TaskNotFoundException"/> if there is none, and <see cref="TaskStateException"/>,
/// which says the state, if the task is in one where the call makes no sense. Nothing is changed then.
/// </remarks>
public interface ITaskControl
{
    /// <summary>Cancels a task: at once if it is queued, by request to its worker if it runs.</summary>
    /// <param name="id">The task.</param>
    /// <param name="reason">Why, kept with the task; at most 512 characters.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    ValueTask<CancelResult> CancelAsync(TaskId id, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Cancels a task and every unfinished task that depends on it, directly or through others, whatever the conditions. The task itself
    /// is cancelled when the call returns; its dependents follow in chunks, which a crash does not stop.
    /// </summary>
    /// <returns>What happened to the task itself.</returns>
    ValueTask<CancelResult> CancelTreeAsync(TaskId id, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Queues a finished task again: same id, fresh attempts, holds computed anew. Its place among its equals is kept.</summary>
    /// <param name="id">A finished task.</param>
    /// <param name="withDependents">Also bring back those that ended <see cref="TaskOutcome.DependencyFailed"/> because of it, and so on.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <exception cref="TaskStateException">Not finished; a dependency is still broken; or its dedup key is held by another task.</exception>
    ValueTask RetryAsync(TaskId id, bool withDependents = false, CancellationToken cancellationToken = default);

    /// <summary>The same, with the hold <see cref="TaskHolds.Stashed"/> from the first moment: no worker can take it in between.</summary>
    /// <param name="id">A finished task.</param>
    /// <param name="withDependents">As for <see cref="RetryAsync"/>; the dependents are not put aside.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <exception cref="TaskStateException">As for <see cref="RetryAsync"/>.</exception>
    ValueTask RetryStashedAsync(TaskId id, bool withDependents = false, CancellationToken cancellationToken = default);

    /// <summary>Puts a queued task aside. Harmless if it is stashed already.</summary>
    ValueTask StashAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>Ends <see cref="StashAsync"/>. Harmless if the task is queued and not stashed.</summary>
    ValueTask UnstashAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a queued task run next, past its delay and stash, and past the limit and pause of its group, but not past its budgets: while one is used
    /// up, it waits.
    /// </summary>
    /// <exception cref="TaskStateException">Not queued, or it waits for dependencies, an approval or a budget.</exception>
    ValueTask RunNowAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="RunNowAsync"/>, and past the task's budgets too: its start and its cost count there nevertheless.</summary>
    /// <exception cref="TaskStateException">Not queued, or it waits for dependencies or an approval.</exception>
    ValueTask RunNowOverBudgetAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>Approves a queued task that waits for it. What a running handler asks for is decided by <see cref="ITaskApprovals.ApproveAsync"/>.</summary>
    /// <param name="id">The task.</param>
    /// <param name="by">Who decided; 1 to 256 characters.</param>
    /// <param name="note">Why; at most 4,096 characters.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <exception cref="TaskStateException">Not queued, or no approval is pending: there is one decision per request.</exception>
    /// <exception cref="ApproverNotAllowedException">The request names who may decide, and this is somebody else.</exception>
    ValueTask ApproveAsync(TaskId id, string by, string? note = null, CancellationToken cancellationToken = default);

    /// <summary>Refuses a queued task that waits for an approval: it ends <see cref="TaskOutcome.Rejected"/>.</summary>
    /// <param name="id">The task.</param>
    /// <param name="by">Who decided; 1 to 256 characters.</param>
    /// <param name="reason">Why; 1 to 4,096 characters.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <exception cref="TaskStateException">Not queued, or no approval is pending.</exception>
    /// <exception cref="ApproverNotAllowedException">The request names who may decide, and this is somebody else.</exception>
    ValueTask RejectAsync(TaskId id, string by, string reason, CancellationToken cancellationToken = default);

    /// <summary>Changes a queued task, all of the edit or none of it.</summary>
    /// <exception cref="ArgumentException">A value is out of its limits, or a dependency is unknown or makes a cycle.</exception>
    ValueTask EditAsync(TaskId id, TaskEdit edit, CancellationToken cancellationToken = default);

    /// <summary>Two queued tasks of one group change places: priority and position.</summary>
    /// <exception cref="ArgumentException">Both are the same task, or they are in different groups.</exception>
    ValueTask SwapAsync(TaskId first, TaskId second, CancellationToken cancellationToken = default);

    /// <summary>Deletes tasks that do not run, with their results and attempts, all or none; frees their dedup keys.</summary>
    /// <param name="ids">At most 10,000.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <exception cref="TaskStateException">One runs, or an unfinished task outside the list still waits for one.</exception>
    ValueTask RemoveAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken = default);

    /// <summary>Deletes finished tasks that are older than the policy keeps them, in chunks; never one that an unfinished task still waits for.</summary>
    /// <returns>How many were deleted. A cancellation or crash keeps what was deleted so far.</returns>
    ValueTask<int> PruneAsync(RetentionPolicy policy, CancellationToken cancellationToken = default);

    /// <summary>
    /// Puts right what <see cref="ITaskInspector.VerifyAsync"/> finds, in one transaction: all of it that follows from the rest, or nothing. Tasks that
    /// were held or left unfinished by mistake go on right after it.
    /// </summary>
    /// <remarks>Reads the whole store as the writer: other writers wait meanwhile, in all processes, longer than their busy timeout if it is large.</remarks>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <returns>What was put right, and what was not: see <see cref="QueueRepair.Remaining"/>.</returns>
    /// <exception cref="QueueStorageException">The file itself is damaged beyond its indexes; nothing was changed. A backup is what helps.</exception>
    ValueTask<QueueRepair> RepairAsync(CancellationToken cancellationToken = default);
}

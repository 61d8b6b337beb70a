namespace DurableQueue.Storage;

/// <summary>Reads of tasks. Each sees one committed state, and none holds up writers.</summary>
internal interface ITaskReader
{
    ValueTask<TaskInfo?> FindAsync(TaskId id, CancellationToken cancellationToken);

    /// <param name="id">The task.</param>
    /// <param name="attemptToken">The token of the checkout that began the attempt.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The lease that the attempt has now, also after it was taken over; <see langword="null"/> if it has ended.</returns>
    ValueTask<Lease?> FindLeaseAsync(TaskId id, long attemptToken, CancellationToken cancellationToken);

    /// <exception cref="TaskNotFoundException">No such task.</exception>
    ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(TaskId id, CancellationToken cancellationToken);

    /// <returns><see langword="null"/> if the task has neither succeeded nor left a result; empty if its handler gave none.</returns>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    ValueTask<ReadOnlyMemory<byte>?> ReadResultAsync(TaskId id, CancellationToken cancellationToken);

    /// <returns>What the next attempt begins with; <see langword="null"/> if there is none.</returns>
    ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(TaskId id, CancellationToken cancellationToken);

    /// <returns>The attempts that did not succeed, oldest first.</returns>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    ValueTask<IReadOnlyList<TaskAttempt>> ReadAttemptsAsync(TaskId id, CancellationToken cancellationToken);

    /// <returns>What the task waits for, by id.</returns>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    ValueTask<IReadOnlyList<DependencyInfo>> ReadDependenciesAsync(TaskId id, CancellationToken cancellationToken);

    /// <returns>Payload, result and dependencies of those that exist.</returns>
    ValueTask<IReadOnlyDictionary<TaskId, TaskContent>> ReadContentsAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken);

    /// <returns>The workers of all processes, by name.</returns>
    ValueTask<IReadOnlyList<WorkerInfo>> ReadWorkersAsync(CancellationToken cancellationToken);

    /// <returns>The types that the store knows, in no order, without what handlers and workers say about them.</returns>
    ValueTask<IReadOnlyList<TaskTypeInfo>> ReadTypesAsync(CancellationToken cancellationToken);

    ValueTask<TaskPage> QueryAsync(TaskQuery query, CancellationToken cancellationToken);

    ValueTask<TaskCounts> CountAsync(CancellationToken cancellationToken);

    /// <returns>A number that has risen if anything was committed since the last read of this queue, by any process.</returns>
    ValueTask<long> ReadChangeAsync(CancellationToken cancellationToken);

    ValueTask<FinishHorizon> ReadHorizonAsync(CancellationToken cancellationToken);

    /// <summary>The next finishes from a number on, with how far the record goes at that moment.</summary>
    ValueTask<FinishPage> ReadFinishedAsync(long fromSequence, CancellationToken cancellationToken);

    /// <returns>Whether an unfinished task matches; not for selectors by id.</returns>
    ValueTask<bool> AnyUnfinishedAsync(TaskSelector selector, CancellationToken cancellationToken);

    /// <returns>By id: those that exist. Else: those that are unfinished or finished behind a number. By id, ascending.</returns>
    ValueTask<IReadOnlyList<TaskInfo>> ReadSelectedAsync(TaskSelector selector, long finishedAfter, CancellationToken cancellationToken);

    /// <returns>The latest requests about a task, oldest first; of one that is gone, those of the log.</returns>
    ValueTask<IReadOnlyList<QueueRequest>> ReadRequestsAsync(TaskId id, CancellationToken cancellationToken);

    /// <returns>The latest requests with a number below this one, newest first.</returns>
    ValueTask<IReadOnlyList<QueueRequest>> ReadRequestLogAsync(long before, int limit, CancellationToken cancellationToken);

    /// <summary>Reads all that is stored twice and compares it.</summary>
    ValueTask<QueueVerification> VerifyAsync(CancellationToken cancellationToken);

    /// <returns>How much waits in each group, at a cost that does not depend on how much that is.</returns>
    ValueTask<IReadOnlyList<GroupDepth>> ReadDepthAsync(CancellationToken cancellationToken);
}

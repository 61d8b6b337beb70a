namespace DurableQueue;

/// <summary>Reading, waiting and watching. Nothing here holds up writers, or gets slower with the number of finished tasks.</summary>
public interface ITaskInspector
{
    /// <summary>Reads one task; <see langword="null"/> if there is none.</summary>
    ValueTask<TaskInfo?> GetAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>Reads a task's payload.</summary>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    ValueTask<ReadOnlyMemory<byte>> GetPayloadAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads a task's result; <see langword="null"/> if it has not ended <see cref="TaskOutcome.Succeeded"/>, empty if it gave none. After a
    /// failed attempt it is <see cref="TaskFailure.Result"/>, if that was given.
    /// </summary>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    ValueTask<ReadOnlyMemory<byte>?> GetResultAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>Reads the attempts of a task that did not succeed, oldest first.</summary>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    ValueTask<IReadOnlyList<TaskAttempt>> GetAttemptsAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>Reads what a task waits for, and how each of it stands.</summary>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    ValueTask<IReadOnlyList<DependencyInfo>> GetDependenciesAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>Reads payload, result and dependencies of many tasks at once, in one committed state.</summary>
    /// <param name="ids">At most 10,000; unknown ones are left out of the answer.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    ValueTask<IReadOnlyDictionary<TaskId, TaskContent>> GetContentsAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken = default);

    /// <summary>Reads the workers of all processes, by name: those that live, and those that went away without saying so.</summary>
    ValueTask<IReadOnlyList<WorkerInfo>> GetWorkersAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads one page of tasks. Pass <see cref="TaskPage.Next"/> as <see cref="TaskQuery.Cursor"/> for the page after it.</summary>
    ValueTask<TaskPage> QueryAsync(TaskQuery query, CancellationToken cancellationToken = default);

    /// <summary>Numbers of tasks per group and state, from stored counters.</summary>
    ValueTask<TaskCounts> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits until the selected tasks have finished. Never polls inside one process.</summary>
    /// <param name="selector">
    /// By id: exactly these. By label, prefix, group, or all: those unfinished at the start and those added later; ends when none is unfinished,
    /// at once if nothing matches.
    /// </param>
    /// <param name="options">Timeout and fail-fast.</param>
    /// <param name="cancellationToken">Ends the waiting; the tasks go on.</param>
    /// <exception cref="TaskNotFoundException">An id is unknown at the start; one removed later counts as <see cref="WaitSummary.Removed"/>.</exception>
    ValueTask<WaitSummary> WaitAsync(TaskSelector selector, WaitOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Yields finished tasks in the order in which they finished: first those on record, then new ones as they come, until cancelled.
    /// Durable: start again with the last <see cref="TaskFinished.Sequence"/> plus one and nothing is missed or seen twice.
    /// </summary>
    /// <param name="fromSequence">The first number wanted; 0 means from the beginning. A task that was retried is yielded at its latest finish.</param>
    /// <param name="cancellationToken">Ends the watch with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="HistoryPrunedException">Records from <paramref name="fromSequence"/> on were pruned; it names the first that is left.</exception>
    IAsyncEnumerable<TaskFinished> WatchAsync(long fromSequence = 0, CancellationToken cancellationToken = default);

    /// <summary>The number of the latest finish, 0 before the first. Pass it plus one to <see cref="WatchAsync"/> to see only what is new.</summary>
    ValueTask<long> GetFinishSequenceAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Works out everything that is stored twice (counters, heads of ready lists, holds, dependencies, finish numbers, dedup keys) from what it
    /// follows from, and tells what differs. Changes nothing. After any crash nothing should: a finding is a defect, or a write by somebody else.
    /// </summary>
    /// <remarks>
    /// Reads the whole store, one committed state of it, beside readers and writers; about 12 s for a million tasks. A log that is cut by
    /// checkpoints grows meanwhile.
    /// </remarks>
    /// <param name="cancellationToken">Looked at now and then.</param>
    ValueTask<QueueVerification> VerifyAsync(CancellationToken cancellationToken = default);
}

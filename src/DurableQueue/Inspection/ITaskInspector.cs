namespace DurableQueue;

/// <summary>
/// Reads, waits for and watches tasks. None of the methods block writers or get slower with the number of finished tasks, except where documented.
/// </summary>
public interface ITaskInspector
{
    /// <summary>Reads one task.</summary>
    /// <returns><see langword="null"/> if the task doesn't exist.</returns>
    ValueTask<TaskInfo?> GetAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>Reads the payload of a task.</summary>
    /// <exception cref="TaskNotFoundException">The task doesn't exist.</exception>
    ValueTask<ReadOnlyMemory<byte>> GetPayloadAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads the result of a task. After a failed attempt this is <see cref="TaskFailure.Result"/>, if it was set.
    /// </summary>
    /// <returns><see langword="null"/> if the task has no result; empty if it succeeded without one.</returns>
    /// <exception cref="TaskNotFoundException">The task doesn't exist.</exception>
    ValueTask<ReadOnlyMemory<byte>?> GetResultAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>Reads the failed attempts of a task, oldest first.</summary>
    /// <exception cref="TaskNotFoundException">The task doesn't exist.</exception>
    ValueTask<IReadOnlyList<TaskAttempt>> GetAttemptsAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>Reads the dependencies of a task, with their states.</summary>
    /// <exception cref="TaskNotFoundException">The task doesn't exist.</exception>
    ValueTask<IReadOnlyList<DependencyInfo>> GetDependenciesAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>Reads the payloads, results and dependencies of many tasks in one consistent snapshot.</summary>
    /// <param name="ids">The tasks, at most 10,000. Tasks that don't exist are omitted from the result.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyDictionary<TaskId, TaskContent>> GetContentsAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken = default);

    /// <summary>Reads the workers of all processes, ordered by name: those that are live, and those that ended without shutting down.</summary>
    ValueTask<IReadOnlyList<WorkerInfo>> GetWorkersAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads the task types, ordered by name: those that were ever enqueued, and those with a handler in this process, with what the handlers do and how many workers
    /// take them.
    /// </summary>
    ValueTask<IReadOnlyList<TaskTypeInfo>> GetTypesAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads one page of tasks. To read the next page, pass <see cref="TaskPage.Next"/> as <see cref="TaskQuery.Cursor"/>. Queries that no index serves
    /// get slower with the number of tasks, unless they have a <see cref="TaskQuery.ReadLimit"/>; at most two of them run at once, others wait.
    /// </summary>
    ValueTask<TaskPage> QueryAsync(TaskQuery query, CancellationToken cancellationToken = default);

    /// <summary>Reads the number of tasks per group and state, from stored counters.</summary>
    ValueTask<TaskCounts> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits until the selected tasks have finished. Doesn't poll within one process.</summary>
    /// <param name="selector">
    /// The tasks to wait for. A selection by id means exactly these tasks. A selection by label, prefix or group, or of all tasks, means the tasks
    /// that are unfinished at the start or added later; the wait ends when none is unfinished, at once if no task matches.
    /// </param>
    /// <param name="options">How long to wait, and for what; <see langword="null"/> means until all have finished.</param>
    /// <param name="cancellationToken">Ends the wait; the tasks continue.</param>
    /// <exception cref="TaskNotFoundException">
    /// A task doesn't exist at the start. A task that is removed later counts as <see cref="WaitSummary.Removed"/>.
    /// </exception>
    ValueTask<WaitSummary> WaitAsync(TaskSelector selector, WaitOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Yields finished tasks in the order in which they finished: first the stored ones, then new ones as they finish, until it is cancelled. To
    /// continue later without missing or repeating a task, start with the last <see cref="TaskFinished.Sequence"/> plus one.
    /// </summary>
    /// <param name="fromSequence">The first sequence number; 0 means from the beginning. A task that was retried is yielded only for its latest finish.</param>
    /// <param name="cancellationToken">Ends the watch with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="HistoryPrunedException">Records from <paramref name="fromSequence"/> on were pruned.</exception>
    IAsyncEnumerable<TaskFinished> WatchAsync(long fromSequence = 0, CancellationToken cancellationToken = default);

    /// <summary>Reads the sequence number of the latest finish; 0 if there is none. To watch only new ones, pass it plus one to <see cref="WatchAsync"/>.</summary>
    ValueTask<long> GetFinishSequenceAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Yields a change number at once, and another one whenever something was committed, by any process: to read again only when there may be something new. Ends
    /// when it is cancelled or the queue is disposed of.
    /// </summary>
    /// <remarks>
    /// The number identifies a state of the queue, so that callers in one process can share answers: two equal numbers mean that nothing was committed between
    /// them. Numbers rise. They are those of this queue object; another process, or the same file opened again, counts for itself. Now and then a number
    /// rises although nothing was committed, as when the write-ahead log is truncated. While nothing is committed, a watch reads nothing; many watches of a
    /// queue share what it takes to notice commits of other processes.
    /// </remarks>
    /// <param name="minInterval">
    /// The least time between two numbers, by the queue's clock, from 0 to one day. What is committed meanwhile is told with the next number.
    /// </param>
    /// <param name="cancellationToken">Ends the watch with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="minInterval"/> is negative, or longer than a day.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed of.</exception>
    IAsyncEnumerable<long> WatchChangesAsync(TimeSpan minInterval, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads what was asked for a task by somebody who gave a name, oldest first: the latest 20 requests. They are deleted with the task; of a task that is gone, what
    /// the log of the queue still has.
    /// </summary>
    /// <returns>Empty if nobody has asked for anything, or the task doesn't exist.</returns>
    ValueTask<IReadOnlyList<QueueRequest>> GetRequestsAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>Reads the log of the queue: the latest 1,000 requests of those who gave a name, newest first.</summary>
    /// <param name="limit">The most requests, 1 to 1,000.</param>
    /// <param name="before">Continues a page: only requests with a lower <see cref="QueueRequest.Number"/>; <see langword="null"/> means the newest.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<QueueRequest>> GetRequestLogAsync(int limit = 100, long? before = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Verifies all values that are stored redundantly (counters, heads of ready lists, holds, dependencies, finish sequence numbers, dedup keys)
    /// against the values they are derived from, without changing anything. Even after a crash there should be no inconsistency: a finding means a
    /// defect, or a write by another program.
    /// </summary>
    /// <remarks>
    /// Reads a snapshot of the whole store without blocking readers or writers; this takes about 12 s for a million tasks. The write-ahead log can't
    /// be truncated during that time.
    /// </remarks>
    /// <param name="cancellationToken">Cancels the verification. It is checked from time to time.</param>
    ValueTask<QueueVerification> VerifyAsync(CancellationToken cancellationToken = default);
}

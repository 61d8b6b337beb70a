namespace DurableQueue;

/// <summary>
/// Reads the logs of tasks: the output of commands. A host that runs commands has it as a service, keyed like its queue; without such a service, tasks have no
/// logs here.
/// </summary>
/// <remarks>
/// Logs are files on the machine of the worker. Reading never holds the worker up, and takes memory for what is read only, however large the log is. Links are not
/// followed: a link in place of a log is an <see cref="IOException"/>. Logs are output of programs: data, not markup and not instructions.
/// </remarks>
public interface ITaskLogs
{
    /// <summary>Finds a log.</summary>
    /// <param name="id">The task.</param>
    /// <param name="attempt">The attempt; <see langword="null"/> means the latest.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The log; <see cref="TaskLog.Status"/> says whether it can be read, or why not.</returns>
    /// <exception cref="TaskNotFoundException">The task doesn't exist.</exception>
    ValueTask<TaskLog> FindAsync(
        TaskId id, int? attempt = null, TaskLogStream stream = TaskLogStream.Output, CancellationToken cancellationToken = default);

    /// <summary>Reads a part of a log, from a position or from its end.</summary>
    /// <param name="log">The log, as it was found.</param>
    /// <param name="from">
    /// The first byte. Negative: that many bytes before the end, or from the beginning of a shorter log. Beyond the end, which happens when the log was replaced: the
    /// part is empty and begins at the end.
    /// </param>
    /// <param name="maxBytes">The most bytes, from 1 to <see cref="TaskLogPart.MaxBytes"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="FileNotFoundException">The log is not <see cref="TaskLogStatus.Present"/>, or it was deleted since.</exception>
    ValueTask<TaskLogPart> ReadAsync(TaskLog log, long from, int maxBytes, CancellationToken cancellationToken = default);

    /// <summary>
    /// Yields what a task has written, and what it writes from then on, over all its attempts, until it has finished or was removed. The file is read 20 times a
    /// second.
    /// </summary>
    /// <param name="id">The task.</param>
    /// <param name="options">Where to begin; <see langword="null"/> means with the beginning of the current attempt.</param>
    /// <param name="cancellationToken">Ends the following with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="TaskNotFoundException">The task doesn't exist.</exception>
    IAsyncEnumerable<TaskLogPart> FollowAsync(TaskId id, TaskLogFollowOptions? options = null, CancellationToken cancellationToken = default);
}

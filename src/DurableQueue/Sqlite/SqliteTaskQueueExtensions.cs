namespace DurableQueue;

/// <summary>Operations that only a queue in a SQLite file supports, also for the queue of a host.</summary>
public static class SqliteTaskQueueExtensions
{
    /// <summary>
    /// Copies a snapshot of the queue into a new, compact file, like <see cref="SqliteTaskQueue.BackupToAsync"/>.
    /// </summary>
    /// <param name="queue">A <see cref="SqliteTaskQueue"/>, or the queue of a host that is stored in a SQLite file.</param>
    /// <param name="path">The new file. It must not exist, but its directory must.</param>
    /// <param name="cancellationToken">Cancels the copy and deletes what was written of it.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or exists, or the queue is not stored in a SQLite file.</exception>
    /// <exception cref="QueueStorageException">The new file can't be written, or the queue can't be read.</exception>
    public static ValueTask BackupToAsync(this ITaskQueue queue, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return queue is SqliteTaskQueue file
            ? file.BackupToAsync(path, cancellationToken)
            : throw new ArgumentException("The queue is not stored in a SQLite file. Only such a queue can be copied.", nameof(queue));
    }
}

namespace DurableQueue;

/// <summary>What only a queue in a SQLite file can do, also through the queue that a host gives out: backups.</summary>
public static class SqliteTaskQueueExtensions
{
    /// <summary>
    /// Copies the queue, as it is at one moment, into a new file, as <see cref="SqliteTaskQueue.BackupToAsync"/> does.
    /// </summary>
    /// <param name="queue">A <see cref="SqliteTaskQueue"/>, or a host's queue that is kept in one.</param>
    /// <param name="path">The new file; nothing by that name may exist, its directory must.</param>
    /// <param name="cancellationToken">Ends the copying; nothing is left of it.</param>
    /// <exception cref="ArgumentException">As there, or the queue is not kept in a SQLite file.</exception>
    /// <exception cref="QueueStorageException">As there.</exception>
    public static ValueTask BackupToAsync(this ITaskQueue queue, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return queue is SqliteTaskQueue file
            ? file.BackupToAsync(path, cancellationToken)
            : throw new ArgumentException("The queue is not kept in a SQLite file; only such a queue can be copied.", nameof(queue));
    }
}

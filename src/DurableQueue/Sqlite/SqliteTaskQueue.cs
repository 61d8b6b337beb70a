using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Storage;

namespace DurableQueue;

/// <summary>
/// A queue in one SQLite file. Open it once per process and share it: it is thread-safe, and any number of processes on the same machine may open the same
/// file.
/// </summary>
/// <remarks>
/// <para>
/// The file has a write-ahead log (<c>-wal</c>), SQLite's shared memory (<c>-shm</c>) and a lock file (<c>-gate</c>) beside it. It must be on a local file
/// system. If other processes hold the file, closing the queue takes at most twice the <see cref="SqliteQueueOptions.BusyTimeout"/>.
/// </para>
/// <para>
/// A task can be enqueued in a <see cref="Microsoft.Data.Sqlite.SqliteTransaction"/> of the application on the queue's file. The transaction must hold the
/// write lock: begin it with <c>BeginTransaction()</c>, or write before the enqueue if it is deferred. The call runs on the caller's thread and is complete
/// when it returns. Waiting workers, in this process and in others, usually notice the commit within 2 ms on Linux, and within 50 ms elsewhere. An error
/// leaves the transaction open and as it was before the call, unless the message says that SQLite has ended it. The open transaction blocks all other
/// writers of the file, including the heartbeats of workers: keep it short. Other calls of the queue that are awaited before the commit wait for it in
/// vain, and fail with <see cref="QueueStorageError.Busy"/> after the <see cref="SqliteQueueOptions.BusyTimeout"/>. Automatic checkpoints are permanently
/// disabled on the connection of the transaction, because the queue's own writer makes them.
/// </para>
/// </remarks>
public sealed class SqliteTaskQueue : TaskQueue
{
    private readonly SqliteTaskStore file;

    internal SqliteTaskQueue(SqliteTaskStore file, ITaskStore store, QueueSettings settings)
        : base(store, settings) => this.file = file;

    /// <summary>The absolute path of the queue file, without symbolic links. The names of the files beside it are derived from it.</summary>
    public string FilePath => file.FullPath;

    /// <summary>
    /// Opens the queue in a file. The file and its directory are created if they don't exist, readable only by their owner; a file of an older schema
    /// is migrated.
    /// </summary>
    /// <param name="path">The file, usually <c>queue.db</c>.</param>
    /// <param name="options">How to open it; <see langword="null"/> means the defaults.</param>
    /// <param name="cancellationToken">Cancels the call only before the file is opened.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is not the path of a file, or an option is out of range.</exception>
    /// <exception cref="QueueStorageException">
    /// The file is not a queue, was written by a newer version, is corrupt, is on a network file system, or can't be opened. It was not changed.
    /// </exception>
    public static ValueTask<SqliteTaskQueue> OpenAsync(string path, SqliteQueueOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(path, options ?? new SqliteQueueOptions(), QueueWiring.None, cancellationToken);

    /// <summary>The same for a host.</summary>
    internal static ValueTask<SqliteTaskQueue> OpenAsync(
        string path, SqliteQueueOptions options, QueueWiring wiring, CancellationToken cancellationToken) =>
        SqliteOpening.RunAsync(path, options, wiring, cancellationToken);

    /// <summary>
    /// Copies a snapshot of the queue into a new, compact file, readable only by its owner. The queue can be used meanwhile.
    /// </summary>
    /// <param name="path">The new file. It must not exist, but its directory must.</param>
    /// <param name="cancellationToken">Cancels the copy and deletes what was written of it.</param>
    /// <remarks>
    /// <para>
    /// The file gets its name only when it is complete and on disk. A crash leaves a file with the extension <c>.partial</c>, which you can delete. The
    /// write-ahead log can't be truncated while the copy runs.
    /// </para>
    /// <para>
    /// The copy contains all tasks, including those that are running. If you open it while the original is in use, they run twice: open it only in place of the
    /// original, or for reading.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or exists.</exception>
    /// <exception cref="QueueStorageException">The new file can't be written, or the queue can't be read.</exception>
    public async ValueTask BackupToAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        await file.BackupAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Replaces a queue file, which no process may have open, by a backup. The replaced file is kept under another name.
    /// </summary>
    /// <param name="backup">
    /// A file written by <see cref="BackupToAsync"/>, or a queue file. It is only read. If it has an older schema, the copy is migrated.
    /// </param>
    /// <param name="path">The queue file. It may be missing, but its directory must exist.</param>
    /// <param name="options">How to open the files; <see langword="null"/> means the defaults.</param>
    /// <param name="cancellationToken">Cancels copying and verifying the backup, and deletes the copy. Has no effect once the file is being replaced.</param>
    /// <returns>The new name of the file that was replaced, <c>&lt;path&gt;.replaced-&lt;time&gt;</c>; <see langword="null"/> if there was none.</returns>
    /// <remarks>
    /// <para>
    /// The backup is copied and verified first; if it has an inconsistency, nothing is replaced. The replacement is one rename: a crash leaves either
    /// the old file or the restored one. A crash right before the rename leaves the old file with two names; the next open refuses it with a message
    /// that says what to do.
    /// </para>
    /// <para>
    /// The restored file is a new queue: write-ahead logs, leases, workers and records of runs of the old one are not valid for it. Ids that the old
    /// file or the log directory of commands contains are not reused. Tasks that were running when the backup was made are handled as after a crash.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException">Both paths are the same file, or an option is out of range.</exception>
    /// <exception cref="QueueStorageException">
    /// A process has the queue open (<see cref="QueueStorageError.Busy"/>); the backup is missing, not a queue, or inconsistent; one of the files is
    /// the database of an application with a queue in it (<see cref="SqliteQueueOptions.AdoptExisting"/>); or the file can't be written.
    /// </exception>
    public static ValueTask<string?> RestoreAsync(
        string backup, string path, SqliteQueueOptions? options = null, CancellationToken cancellationToken = default) =>
        Restoring.RunAsync(backup, path, options ?? new SqliteQueueOptions(), cancellationToken);
}

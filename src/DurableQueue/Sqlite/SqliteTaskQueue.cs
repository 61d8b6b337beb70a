using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Storage;

namespace DurableQueue;

/// <summary>
/// A queue in one SQLite file. Open it once per process and share it: it is safe for any number of threads, and any number of processes
/// on the same machine may open the same file.
/// </summary>
/// <remarks>
/// <para>
/// Beside the file stand its write-ahead log (<c>-wal</c>), SQLite's shared memory (<c>-shm</c>) and a lock file (<c>-gate</c>).
/// The file must be on a local file system. Closing takes at most twice <see cref="SqliteQueueOptions.BusyTimeout"/> if other processes keep the file.
/// </para>
/// <para>
/// A task can be enqueued in a <see cref="Microsoft.Data.Sqlite.SqliteTransaction"/> of the application on the queue's file. The transaction must hold the write
/// lock: begun by <c>BeginTransaction()</c>, or deferred and with a write behind it. The call runs on the caller's thread and is complete when it
/// returns. Waiting workers of this process and of others notice the commit within 50 ms. An error leaves the transaction as it was before the call, and open,
/// unless the error says that SQLite has ended it. The open transaction keeps every other writer of the file waiting, heartbeats of workers too: keep it
/// short. Other calls of the queue, awaited before the commit, wait for themselves and fail with <see cref="QueueStorageError.Busy"/> after
/// <see cref="SqliteQueueOptions.BusyTimeout"/>. Checkpoints are switched off on the transaction's connection, for good, because they belong to the
/// queue's own writer.
/// </para>
/// </remarks>
public sealed class SqliteTaskQueue : TaskQueue
{
    private readonly SqliteTaskStore file;

    internal SqliteTaskQueue(SqliteTaskStore file, ITaskStore store, QueueSettings settings)
        : base(store, settings) => this.file = file;

    /// <summary>The queue file, as an absolute path without symbolic links: the names of all files beside it are derived from this one.</summary>
    public string FilePath => file.FullPath;

    /// <summary>
    /// Opens the queue in a file. The file and its directory are created if they don't exist, readable only by their owner; a file of an older schema is migrated.
    /// </summary>
    /// <param name="path">The file, usually <c>queue.db</c>.</param>
    /// <param name="options">How to open it; <see langword="null"/> means the defaults.</param>
    /// <param name="cancellationToken">Cancels the call only before the file is opened.</param>
    /// <exception cref="ArgumentException">The path is not that of a file, or an option is out of its limits.</exception>
    /// <exception cref="QueueStorageException">
    /// The file is not a queue, was written by a newer version, is damaged, is on a network file system, or cannot be opened. It was not changed.
    /// </exception>
    public static ValueTask<SqliteTaskQueue> OpenAsync(string path, SqliteQueueOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(path, options ?? new SqliteQueueOptions(), QueueWiring.None, cancellationToken);

    /// <summary>The same for a host.</summary>
    internal static ValueTask<SqliteTaskQueue> OpenAsync(
        string path, SqliteQueueOptions options, QueueWiring wiring, CancellationToken cancellationToken) =>
        SqliteOpening.RunAsync(path, options, wiring, cancellationToken);

    /// <summary>
    /// Copies the queue, as it is at one moment, into a new file: a queue of its own, compact, readable only by its owner. Work goes on meanwhile.
    /// </summary>
    /// <param name="path">The new file; nothing by that name may exist, its directory must.</param>
    /// <param name="cancellationToken">Ends the copying; nothing is left of it.</param>
    /// <remarks>
    /// <para>
    /// The file is complete and on disk when the call returns, and has its name only then: a crash leaves a file that ends in <c>.partial</c>, to be
    /// deleted by hand. The write-ahead log cannot be cut while the copy runs.
    /// </para>
    /// <para>
    /// It holds every task, also those that run and those that are done later: opened beside the original, it runs them again. Open it in place
    /// of the original, or to read.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException">The path is empty, or something by that name exists.</exception>
    /// <exception cref="QueueStorageException">It cannot be written there, or the queue cannot be read.</exception>
    public async ValueTask BackupToAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        await file.BackupAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Puts a backup in the place of a queue file that nobody has open. The file that is replaced is kept under another name.
    /// </summary>
    /// <param name="backup">A file that <see cref="BackupToAsync"/> wrote, or a queue file; it is only read. One of an older schema is migrated in the copy.</param>
    /// <param name="path">The queue file; it may be missing, its directory must exist.</param>
    /// <param name="options">How to open the files; <see langword="null"/> means the defaults.</param>
    /// <param name="cancellationToken">Ends the copying and checking of the backup; nothing is left of it. Has no effect once the file is being replaced.</param>
    /// <returns>The new name of the file that was replaced, <c>&lt;path&gt;.replaced-&lt;time&gt;</c>; <see langword="null"/> if there was none.</returns>
    /// <remarks>
    /// <para>
    /// The backup is copied and checked first. Nothing is replaced if it is not sound. The swap is one rename: a crash leaves the old file or the restored one. One
    /// in the moment before it leaves the old file with two names, which the next open refuses and names.
    /// </para>
    /// <para>
    /// The restored file is a queue of its own: no log, lease, worker or record of a run of the old one fits it. Ids that the old file or the folder of
    /// the commands' logs knows are not given out again. Tasks that ran when the backup was made are handled as after a crash.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException">Both paths name the same file, or an option is out of its limits.</exception>
    /// <exception cref="QueueStorageException">
    /// The queue is open somewhere (<see cref="QueueStorageError.Busy"/>); the backup is missing, not a queue, or not sound; one of both is an application's
    /// database that has taken a queue in (<see cref="SqliteQueueOptions.AdoptExisting"/>); or it cannot be written.
    /// </exception>
    public static ValueTask<string?> RestoreAsync(
        string backup, string path, SqliteQueueOptions? options = null, CancellationToken cancellationToken = default) =>
        Restoring.RunAsync(backup, path, options ?? new SqliteQueueOptions(), cancellationToken);
}

using Microsoft.Extensions.Logging;

namespace DurableQueue.Sqlite;

/// <summary>
/// Whether the queue's files are still those that were opened. SQLite keeps writing to a file, or a log, that was removed or replaced while it is open, and
/// nothing says so: what is acknowledged then would be gone with the last descriptor. A loss is final: every later call fails.
/// </summary>
internal sealed partial class FilePresence
{
    private readonly string path;
    private readonly string logPath;
    private readonly ILogger logger;
    private readonly Watched[] files;
    private QueueStorageException? lost;

    /// <summary>Called under the file lock, after SQLite has opened the file and its log.</summary>
    public FilePresence(QueuePaths paths, FileLock fileLock, ILogger logger)
    {
        path = paths.File;
        logPath = paths.Log;
        Log = new LogIdentity(paths, fileLock);
        this.logger = logger;
        files = !FileStatus.IsSupported
            ? []
            :
            [
                new Watched("queue file", paths.File, FileStatus.Of(paths.File), "Everything that was written since then is lost."),
                new Watched(
                    "write-ahead log",
                    paths.Log,
                    FileStatus.Of(paths.Log),
                    "Another SQLite library in this process has opened and closed the file, or the log was deleted. Data that was written before that "
                    + "is in the file if a program such as the sqlite3 shell removed the log."),
                new Watched("shared memory", paths.SharedMemory, FileStatus.Of(paths.SharedMemory), "Other processes no longer see the writes of this one."),
                new Watched("lock file", paths.Lock, fileLock.Status, "Another process may write at the same time."),
            ];
    }

    /// <summary>Length of the write-ahead log, by its entry in the directory: no descriptor is opened.</summary>
    public long LogBytes => new FileInfo(logPath) is { Exists: true } log ? log.Length : 0;

    /// <summary>Keeps the file and its log together.</summary>
    public LogIdentity Log { get; }

    /// <summary>Notes that this process has the file open, until <see cref="Unregister"/>.</summary>
    /// <exception cref="QueueStorageException">It has it open under another name.</exception>
    public void Register()
    {
        if (files.Length > 0)
        {
            OpenFiles.Add(files[0].Identity, path);
        }
    }

    public void Unregister()
    {
        if (files.Length > 0)
        {
            OpenFiles.Remove(files[0].Identity);
        }
    }

    /// <summary>
    /// Checked before each batch and each read, and between each commit and its acknowledgements. A few system calls; no descriptor is opened.
    /// </summary>
    /// <returns><see langword="null"/> if all is well.</returns>
    public QueueStorageException? FindLoss()
    {
        if (Volatile.Read(ref lost) is { } known)
        {
            return known;
        }

        if (files.Length == 0)
        {
            return File.Exists(path) ? null : Lose($"The queue file {path} was removed or renamed while it was open.", "Everything that was written since then is lost.");
        }

        foreach (var file in files)
        {
            switch (FileStatus.Ask(file.EncodedPath, out var status))
            {
                case 0 when status.Identity == file.Identity:
                    break;
                case 0:
                    return Lose($"The {file.What} {file.Path} was replaced by another file while the queue was open.", file.Consequence);
                case FileStatus.NoEntry:
                    return Lose($"The {file.What} {file.Path} was removed or renamed while the queue was open.", file.Consequence);
                default:
                    // It may come back, for example when the directory gets its permissions again. Until then it is unknown what is there.
                    return new QueueStorageException(QueueStorageError.CannotOpen, $"The {file.What} {file.Path} can no longer be accessed.");
            }
        }

        return null;
    }

    /// <exception cref="QueueStorageException">A file is gone or cannot be seen.</exception>
    public void Require()
    {
        if (FindLoss() is { } error)
        {
            // A new one: a stack trace belongs to one throw.
            throw new QueueStorageException(error.Error, error.Message);
        }
    }

    private QueueStorageException Lose(string what, string consequence)
    {
        var error = new QueueStorageException(QueueStorageError.Lost, $"{what} {consequence} The queue no longer works; close it and open it again.");
        if (Interlocked.CompareExchange(ref lost, error, null) is { } earlier)
        {
            return earlier;
        }

        FilesLost(logger, error.Message);
        return error;
    }

    [LoggerMessage(107, LogLevel.Critical, "{Message}")]
    private static partial void FilesLost(ILogger logger, string message);

    private sealed class Watched(string what, string path, FileStatus? status, string consequence)
    {
        public string What => what;

        public string Path => path;

        public byte[] EncodedPath { get; } = FileStatus.Encode(path);

        /// <summary>Of a file that was already gone when it was asked for the first time, one that no file has.</summary>
        public FileIdentity Identity { get; } = status?.Identity ?? default;

        public string Consequence => consequence;
    }
}

using System.Security.Cryptography;

namespace DurableQueue.Sqlite;

/// <summary>
/// Keeps the queue file and its write-ahead log together. SQLite replays any log that lies beside a file, also that of another file: after a crash, a backup
/// that is copied over the queue would be mixed with the old log. Therefore the file carries a mark that changes with each checkpoint, which is the
/// only time the file itself changes, and the lock file says which marks the log goes with.
/// </summary>
/// <remarks>All of it is called under the file lock. Linux only, as <see cref="FileStatus"/>.</remarks>
internal sealed class LogIdentity(QueuePaths paths, FileLock fileLock)
{
    /// <summary>For a copy that is not open yet.</summary>
    public const string RenewIdentity = "UPDATE queue_identity SET queue = lower(hex(randomblob(16))), log = lower(hex(randomblob(16)))";

    private const string SelectIdentity = "SELECT queue, log FROM queue_identity WHERE id = 1";

    private const string UpdateMark = "UPDATE queue_identity SET log = @log WHERE id = 1 AND log <> @log";

    /// <summary>Refuses a log that another file has left, before SQLite reads it.</summary>
    /// <returns>The file without its log; <see langword="null"/> if it must not be read past the log now.</returns>
    /// <exception cref="QueueStorageException">The log is another file's.</exception>
    public ClosedFile? RequireOwn()
    {
        if (ClosedFile.Read(paths) is not { } file)
        {
            return null;
        }

        if (file.LogLength > 0 && file.Mark is { } mark && Read() is { } record && !record.Fits(mark))
        {
            throw new QueueStorageException(
                QueueStorageError.ForeignLog,
                $"{paths.Log} is not the write-ahead log of {paths.File}: the file was replaced, for example by a backup, and the log belongs to the replaced file. "
                + "SQLite would mix the two. To use the current file, move the log and "
                + $"{paths.SharedMemory} away; data that is only in the log is then lost. To continue with the former queue, put the replaced file back. "
                + "Use RestoreAsync or 'dq restore' to replace a queue file safely.");
        }

        return file;
    }

    /// <summary>Writes down which log the file goes with, after SQLite has opened both and the schema is current.</summary>
    /// <param name="db">The writer.</param>
    /// <param name="before">What <see cref="RequireOwn"/> has found.</param>
    public void Opened(WriteConnection db, ClosedFile? before)
    {
        var (queue, mark) = ReadIdentity(db);
        var known = Read();
        if (before is null || before.Mark is null)
        {
            // This process has it open and has already done this, or its pages cannot be read. No record is better than a wrong one.
            if (known is { } other && (other.Queue != queue || !other.Fits(mark)))
            {
                fileLock.Write(new string(' ', LogRecord.Length));
            }

            return;
        }

        if (before.LogLength > 0 && known is { } checkedRecord && checkedRecord.Queue == queue)
        {
            return;
        }

        Write(known, new LogRecord(queue, before.Mark, mark), isLasting: true);
    }

    /// <summary>Gives the file a new mark, which the checkpoint moves into it. If it cannot, the mark stays: an older copy is then not known as such.</summary>
    public void BeforeCheckpoint(WriteConnection db)
    {
        if (Read() is not { } record || !HasLogContent())
        {
            return;
        }

        // A checkpoint that was not complete has left some of the file as it was: its mark is still under way.
        var next = record.Next == record.Current ? NewMark() : record.Next;

        // Synced before the mark can be in the file: otherwise a power loss would leave a file with an unknown mark.
        Write(record, record with { Next = next }, isLasting: true);

        // Not synced by itself: the checkpoint syncs the log before it moves anything. The next transaction of the queue sets what it needs.
        _ = db.TrySyncCommits(false);
        _ = db[UpdateMark].Bind("@log", next).TryRun();
    }

    /// <summary>After everything was moved: only the newest mark counts from now on.</summary>
    public void AfterCompleteCheckpoint(WriteConnection db)
    {
        if (Read() is { } record)
        {
            var (_, mark) = ReadIdentity(db);

            // If this is lost with the power, the lock file allows one mark more than it has to.
            Write(record, record with { Current = mark, Next = mark }, isLasting: false);
        }
    }

    public static (string Queue, string Mark) ReadIdentity(WriteConnection db)
    {
        var select = db[SelectIdentity];
        if (!select.Step())
        {
            throw SqliteErrors.Missing("the identity", 1);
        }

        var identity = (select.Text(0), select.Text(1));
        select.Reset();
        return identity;
    }

    public static string NewMark() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(LogRecord.None.Length / 2));

    private LogRecord? Read() => FileStatus.IsSupported ? LogRecord.Parse(fileLock.Read(LogRecord.Length)) : null;

    private bool HasLogContent() => FileStatus.Of(paths.Log) is { Length: > 0 };

    private void Write(LogRecord? known, LogRecord record, bool isLasting)
    {
        if (known == record || !FileStatus.IsSupported)
        {
            return;
        }

        fileLock.Write(record.ToString());
        if (isLasting)
        {
            fileLock.Sync();
        }
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using DurableQueue.Sqlite.Verification;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>
/// Puts a backup in the place of a queue. Everything is prepared in a file of its own; the swap is one rename. The file that is replaced keeps its content
/// under another name, its log moved into it.
/// </summary>
internal sealed partial class Restore(QueueFile source, QueueFile target, TimeProvider time)
{
    /// <summary>
    /// Added to the tokens of all tasks: leases and records of runs that the replaced queue has given to the same tasks since the backup must not fit.
    /// </summary>
    private const long TokenDistance = 1L << 32;

    private const string SelectNextId = "SELECT next_task_id FROM queue_state";

    private const string RaiseNextId = "UPDATE queue_state SET next_task_id = max(next_task_id, @next)";

    private const string RaiseTokens = "UPDATE task SET token = token + @distance";

    private const string RaiseReservedTokens = "UPDATE budget_reservation SET token = token + @distance";

    /// <summary>The workers of the tasks that run in the backup are gone: their work is taken over, or taken back, as after a crash.</summary>
    private const string ForgetWorkers = "UPDATE worker SET host = @host, boot_id = @boot, pid = 0, pid_started_at = 0, last_seen_at_ms = 0";

    private static readonly string[] OfLog = ["-wal", "-journal"];

    /// <summary>Copies and checks the backup; nothing of the target is touched yet.</summary>
    /// <returns>The copy, beside the target.</returns>
    public string Prepare(CancellationToken cancellationToken)
    {
        var copy = $"{target.FullPath}.{Guid.NewGuid():N}.partial";
        try
        {
            Backup.CreateForOwner(copy, FileStatus.Of(target.FullPath));
            Backup.Copy(source, copy, cancellationToken);
            using var db = OpenCopy(copy);
            if (Migrations.ReadVersion(db) is > 0 and var version && version < Migrations.Latest)
            {
                Migrations.Apply(db);
            }

            if (Migrations.ReadVersion(db) == 0)
            {
                throw new QueueStorageException(QueueStorageError.ForeignFile, $"{source.FullPath} is an empty database, not a backup of a queue.");
            }

            var verification = Inconsistencies.Verify(db, cancellationToken);
            return verification.IsSound
                ? copy
                : throw new QueueStorageException(
                    QueueStorageError.Corrupt,
                    $"{source.FullPath} is inconsistent: {verification.Findings[0]}. Nothing was replaced. Copy it to another place, open it there, and repair it.");
        }
        catch
        {
            File.Delete(copy);
            throw;
        }
    }

    /// <summary>Puts the copy in place. Called under the file lock of the target.</summary>
    /// <returns>The new name of the file that was replaced; <see langword="null"/> if there was none.</returns>
    /// <exception cref="QueueStorageException">The target is open.</exception>
    public string? Replace(string copy, FileLock fileLock)
    {
        var name = NewName();
        var exists = File.Exists(target.FullPath);
        var nextId = FindNextId();
        if (exists)
        {
            nextId = Math.Max(nextId, MoveLogIntoFile(fileLock, RequireClosed()));
        }

        MakeAnotherQueue(copy, nextId);
        Backup.Sync(copy);
        TakeAfter(copy);

        // Also where the file itself is missing: SQLite would replay what is left of its log into the restored one.
        MoveRest(name);
        if (exists)
        {
            KeepUnder(name);
        }

        File.Move(copy, target.FullPath, overwrite: true);
        Backup.SyncDirectory(target.Folder);
        return exists ? name : null;
    }

    /// <summary>The application's rows would be put back with the queue.</summary>
    public static QueueStorageException RefuseAdopted(QueueFile file) => new(
        QueueStorageError.ForeignFile,
        $"{file.FullPath} is the database of an application with a queue in it. Restore it as the application restores its data. Nothing was replaced.");

    private ClosedFile? RequireClosed()
    {
        if (!FileStatus.IsSupported)
        {
            // SQLite's own exclusive lock, taken below, tells.
            return null;
        }

        var closed = ClosedFile.Read(target.Paths) ?? throw new QueueStorageException(
            QueueStorageError.Busy, $"{target.FullPath} is open in this process. Close it before you restore.");
        if (closed.IsAdopted)
        {
            throw RefuseAdopted(target);
        }

        return closed.LockedBy is { } process
            ? throw new QueueStorageException(
                QueueStorageError.Busy,
                $"{target.FullPath} is open in {(process > 0 ? $"process {process}" : "another process")}. Dispose the queue there or stop that process before you restore ('dq worker --stop' stops a worker of dq).")
            : closed;
    }

    /// <summary>Leaves the replaced file complete in itself, if it can be read and its log is its own.</summary>
    /// <returns>The next id that it would give out; 1 if it cannot be read.</returns>
    private long MoveLogIntoFile(FileLock fileLock, ClosedFile? closed)
    {
        if (closed is { LogLength: > 0, Mark: { } mark } && LogRecord.Parse(fileLock.Read(LogRecord.Length)) is { } record && !record.Fits(mark))
        {
            return 1;
        }

        try
        {
            using var connection = target.OpenCopier();
            using var db = new WriteConnection(connection, borrowed: true);
            db.Execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
            using var next = new Statement(db.Handle, SelectNextId);
            var nextId = next.Scalar() ?? 1;
            db.Execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA locking_mode = NORMAL");
            return nextId;
        }
        catch (Exception e) when (e is SqliteException or QueueStorageException)
        {
            if ((e as SqliteException)?.ToStorageException() is { Error: QueueStorageError.Busy } || e is QueueStorageException { Error: QueueStorageError.Busy })
            {
                throw new QueueStorageException(QueueStorageError.Busy, $"{target.FullPath} is open in another process. Stop that process before you restore.", e);
            }

            // That it cannot be read may be why a backup is needed.
            return 1;
        }
    }

    /// <summary>One more than the highest id that the folder of the commands' logs has files of: a new task must not find them.</summary>
    private long FindNextId() =>
        !Directory.Exists(target.Paths.CommandLogs)
            ? 1
            : Directory.EnumerateFiles(target.Paths.CommandLogs)
                .Select(file => long.TryParse(Path.GetFileName(file).Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
                .DefaultIfEmpty().Max() + 1;

    private static void MakeAnotherQueue(string copy, long nextId)
    {
        using var db = OpenCopy(copy);
        var here = ProcessIdentity.Current();
        db.Execute("BEGIN IMMEDIATE");
        db[RaiseNextId].Bind("@next", nextId).Run();
        db[RaiseTokens].Bind("@distance", TokenDistance).Run();
        db[RaiseReservedTokens].Bind("@distance", TokenDistance).Run();
        db[ForgetWorkers].Bind("@host", here.Host).Bind("@boot", here.BootId).Run();
        db.ExecuteScript(LogIdentity.RenewIdentity);
        db.Execute("COMMIT");
    }

    /// <summary>Without triggers and views, which a hostile backup may have.</summary>
    private static WriteConnection OpenCopy(string copy) => new(new QueueFile(copy, new SqliteQueueOptions()).OpenCopier());

    private void TakeAfter(string copy)
    {
        using var stream = new FileStream(copy, FileMode.Open, FileAccess.ReadWrite);
        var replaced = FileStatus.Of(target.FullPath);
        SideFile.TakeOwner(stream.SafeFileHandle, replaced);
        SideFile.TakePermissions(stream.SafeFileHandle, replaced);
    }

    private string NewName()
    {
        var name = $"{target.FullPath}.replaced-{time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        var free = name;
        for (var number = 2; Path.Exists(free); number++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
        }

        return free;
    }

    /// <summary>A log that could not be moved into its file goes with it.</summary>
    private void MoveRest(string replaced)
    {
        foreach (var suffix in OfLog.Where(suffix => File.Exists(target.FullPath + suffix)))
        {
            File.Move(target.FullPath + suffix, replaced + suffix);
        }

        File.Delete(target.Paths.SharedMemory);
    }

    /// <summary>
    /// Gives the file a second name before the first is taken from it: there is a queue file at every moment; where it is missing, an open would create an empty one.
    /// </summary>
    private void KeepUnder(string replaced)
    {
        if (OperatingSystem.IsWindows() || Link(target.FullPath, replaced) != 0)
        {
            File.Move(target.FullPath, replaced);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);
}

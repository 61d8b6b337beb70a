using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>
/// Copies the queue as one committed state into another file. It is written under a name of its own, synced, and only then given its final name:
/// whatever has that name is whole.
/// </summary>
internal sealed partial class Backup(QueueFile file, FilePresence presence)
{
    private const string CopyInto = "VACUUM INTO @path";

    /// <summary>What would become part of a new file by that name: SQLite would take them for its own.</summary>
    private static readonly string[] Companions = ["", "-wal", "-journal", "-shm", "-gate"];

    public void Run(string path, CancellationToken cancellationToken)
    {
        presence.Require();
        var target = RealPath.Of(path);
        RefuseExisting(target);
        var partial = $"{target}.{Guid.NewGuid():N}.partial";
        try
        {
            CreateForOwner(partial, FileStatus.Of(file.FullPath));
            CopyAndName(partial, target, cancellationToken);
        }
        catch (SqliteException e) when (cancellationToken.IsCancellationRequested && e.SqliteErrorCode == raw.SQLITE_INTERRUPT)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (SqliteException e)
        {
            throw e.ToStorageException();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QueueStorageException(QueueStorageError.CannotOpen, $"The backup {target} cannot be written: {e.Message}", e);
        }
    }

    private void CopyAndName(string partial, string target, CancellationToken cancellationToken)
    {
        try
        {
            Copy(file, partial, cancellationToken);
            GiveNewIdentity(partial, file.Names);
            if (file.Names is not null)
            {
                KeepJournalMode(partial);
            }

            Sync(partial);
            RefuseExisting(target);
            File.Move(partial, target, overwrite: false);
            SyncDirectory(Path.GetDirectoryName(target)!);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static void RefuseExisting(string target)
    {
        foreach (var companion in Companions)
        {
            if (Path.Exists(target + companion))
            {
                throw new ArgumentException($"{target}{companion} already exists. A backup never replaces a file.", "path");
            }
        }
    }

    /// <param name="partial">The file to be made.</param>
    /// <param name="queueFile">The queue file, whose owner it gets.</param>
    public static void CreateForOwner(string partial, FileStatus? queueFile)
    {
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(partial, creation);
        SideFile.TakeOwner(stream.SafeFileHandle, queueFile);
    }

    /// <summary>Copies one committed state of a queue file into an empty file.</summary>
    public static void Copy(QueueFile file, string partial, CancellationToken cancellationToken)
    {
        using var connection = file.OpenCopier();
        var handle = connection.Handle!;
        using var interrupt = cancellationToken.UnsafeRegister(_ => raw.sqlite3_interrupt(handle), null);
        cancellationToken.ThrowIfCancellationRequested();
        using var command = connection.CreateCommand();
        command.CommandText = CopyInto;
        command.CommandTimeout = 0;
        command.Parameters.AddWithValue("@path", partial);
        command.ExecuteNonQuery();
    }

    /// <summary>
    /// SQLite writes copies that use no write-ahead log. A queue's own file gets it when it is opened; the mode of an application's database is never changed
    /// at an open, so that its copy must have it.
    /// </summary>
    private static void KeepJournalMode(string partial)
    {
        using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = partial, Pooling = false }.ConnectionString);
        copy.Open();
        using var command = copy.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL";
        command.ExecuteNonQuery();
    }

    /// <summary>The copy is another queue: no log, lease or record of the original fits it.</summary>
    private static void GiveNewIdentity(string partial, TableNames? names)
    {
        using var db = new WriteConnection(new QueueFile(partial, new SqliteQueueOptions()).OpenCopier(), names: names);
        db.ExecuteScript(LogIdentity.RenewIdentity);
    }

    /// <summary>SQLite does not sync what it copies so.</summary>
    public static void Sync(string partial)
    {
        using var stream = new FileStream(partial, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Makes the name last. Where a directory cannot be synced, the file system has its own way; SQLite does not mind either.</summary>
    public static void SyncDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(directory, 0);
        if (descriptor >= 0)
        {
            _ = Fsync(descriptor);
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}

using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Sqlite;

/// <summary>
/// A queue file as it is without its log. It is read past SQLite's locks, and closing a descriptor drops all locks of the process on the file: therefore
/// only under the file lock, and only while nothing in this process has the file open.
/// </summary>
internal sealed partial record ClosedFile
{
    private const string Table = "queue_identity";

    private const string SelectExists = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = @name COLLATE NOCASE)";

    private const string SelectMark = "SELECT log FROM queue_identity WHERE id = 1";

    private const string DescriptorList = "/proc/self/fd";

    /// <summary>Where SQLite puts its locks: at this byte and some behind it.</summary>
    private const long FirstLock = 0x40000000;
    private const long LockBytes = 512;

    private const int GetLock = 5;
    private const short WriteLock = 1;
    private const short Unlocked = 2;

    /// <summary>The mark that says which log belongs to it; <see cref="LogRecord.None"/> if it has none, <see langword="null"/> if it cannot be read.</summary>
    public required string? Mark { get; init; }

    /// <summary>It is an application's database that has taken a queue in.</summary>
    public required bool IsAdopted { get; init; }

    /// <summary>A process that has it open; of another container, 0.</summary>
    public required int? LockedBy { get; init; }

    public required ulong LogLength { get; init; }

    /// <returns><see langword="null"/> if the file does not exist, may not be read now, or the system cannot tell whether it may.</returns>
    public static ClosedFile? Read(QueuePaths paths)
    {
        if (FileStatus.Of(paths.File) is not { IsRegularFile: true } status || IsOpenHere(status.Identity))
        {
            return null;
        }

        var (mark, isAdopted) = ReadMark(paths.File);
        return new ClosedFile
        {
            Mark = mark,
            IsAdopted = isAdopted,
            LockedBy = FindHolder(paths.File),
            LogLength = FileStatus.Of(paths.Log)?.Length ?? 0,
        };
    }

    /// <summary>Whether any part of this process, also one that is not a queue, has the file open.</summary>
    private static bool IsOpenHere(FileIdentity file)
    {
        try
        {
            return OpenFiles.Contains(file) || Directory.EnumerateFiles(DescriptorList).Any(descriptor => FileStatus.Of(descriptor)?.Identity == file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static unsafe int? FindHolder(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

            // F_GETLK reports only the locks of other processes.
            var wanted = new RecordLock { Type = WriteLock, Start = FirstLock, Length = LockBytes };
            return Fcntl(handle, GetLock, &wanted) == 0 && wanted.Type != Unlocked ? wanted.Process : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static (string? Mark, bool IsAdopted) ReadMark(string path)
    {
        try
        {
            // Immutable: SQLite reads neither the log nor a lock.
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = $"file:{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}?immutable=1",
                Mode = SqliteOpenMode.ReadOnly,
                Pooling = false,
            }.ConnectionString);
            connection.Open();
            var names = Adoption.Find(connection.Handle!);
            using var db = new WriteConnection(connection, borrowed: true, names);
            return (db[SelectExists].Bind("@name", $"{names?.Prefix}{Table}").Scalar() == 0 ? LogRecord.None : ReadMark(db), names is not null);
        }
        catch (Exception e) when (e is SqliteException or QueueStorageException || SqliteErrors.IsUnreadable(e))
        {
            // Damaged, not a database, or half written: the real open finds out.
            return (null, false);
        }
    }

    private static string? ReadMark(WriteConnection db)
    {
        var select = db[SelectMark];
        if (!select.Step())
        {
            return null;
        }

        var mark = select.NullableText(0);
        select.Reset();
        return mark;
    }

    /// <summary><c>struct flock</c> of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct RecordLock
    {
        public short Type;
        public short Whence;
        public int Padding;
        public long Start;
        public long Length;
        public int Process;
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static unsafe partial int Fcntl(SafeFileHandle descriptor, int command, RecordLock* argument);
}

using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>Says in the library's words what SQLite reported.</summary>
internal static class SqliteErrors
{
    public static QueueStorageException ToStorageException(this SqliteException e) => ToException(e.SqliteErrorCode, e.SqliteExtendedErrorCode, e.Message, e);

    public static QueueStorageException ToException(int code, int extendedCode, string message, Exception? cause = null)
    {
        var (error, meaning) = (code & 0xFF) switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => (QueueStorageError.Busy, "Another process holds the queue file"),
            raw.SQLITE_FULL => (QueueStorageError.Full, "The disk is full"),
            raw.SQLITE_READONLY or raw.SQLITE_PERM => (QueueStorageError.ReadOnly, "The queue file cannot be written"),
            raw.SQLITE_CORRUPT => (QueueStorageError.Corrupt, "The queue file is damaged"),
            raw.SQLITE_NOTADB => (QueueStorageError.ForeignFile, "The file is not a SQLite database"),
            raw.SQLITE_IOERR => (QueueStorageError.InputOutput, "Reading or writing the queue file failed"),
            raw.SQLITE_CANTOPEN => (QueueStorageError.CannotOpen, "The queue file cannot be opened"),
            _ => (QueueStorageError.Other, "The queue file could not be used"),
        };
        return new QueueStorageException(error, $"{meaning} (SQLite {extendedCode}: {message}).", cause);
    }

    public static bool IsBusy(int code) => (code & 0xFF) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;
}

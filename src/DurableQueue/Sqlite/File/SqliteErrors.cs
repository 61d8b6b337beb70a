using DurableQueue.Storage;
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
            raw.SQLITE_CORRUPT => (QueueStorageError.Corrupt, "The queue file is corrupt"),
            raw.SQLITE_NOTADB => (QueueStorageError.ForeignFile, "The file is not a SQLite database"),
            raw.SQLITE_IOERR => (QueueStorageError.InputOutput, "Reading or writing the queue file failed"),
            raw.SQLITE_CANTOPEN => (QueueStorageError.CannotOpen, "The queue file cannot be opened"),
            _ => (QueueStorageError.Other, "The queue file could not be used"),
        };
        return new QueueStorageException(error, $"{meaning} (SQLite {extendedCode}: {message}).", cause);
    }

    /// <summary>As <see cref="UnreadableRow.Explains"/> for reads, which also say so of a missing row, or of one value where there must be two.</summary>
    public static bool IsUnreadable(Exception e) => UnreadableRow.Explains(e) || e is InvalidOperationException and not ObjectDisposedException;

    public static QueueStorageException ToUnreadableRow(Exception e) => UnreadableRow.ToQueueError("A stored row", e);

    /// <summary>An error of a transaction as its callers get it: also what is read before and after their operations can be damaged.</summary>
    public static Exception ToQueueError(Exception e) => UnreadableRow.Explains(e) ? ToUnreadableRow(e) : e;

    public static QueueStorageException Missing(string row, long id) =>
        new(QueueStorageError.Corrupt, $"The queue file has lost the row of {row} {id}, or its group or type. Verify the queue.");

    /// <summary>The one row of the counters of the queue is not there.</summary>
    public static QueueStorageException MissingCounters() =>
        new(QueueStorageError.Corrupt, "The queue file has lost its counters (table queue_state is empty).");

    /// <summary>Work that ought to get on and does not, because rows contradict each other.</summary>
    public static QueueStorageException Contradiction(string what) =>
        new(QueueStorageError.Corrupt, $"Rows of the queue file contradict each other: {what}. Verify the queue, and repair it.");

    public static bool IsBusy(int code) => (code & 0xFF) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;
}

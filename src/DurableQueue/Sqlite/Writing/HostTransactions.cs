using System.Data.Common;
using System.Runtime.ExceptionServices;
using DurableQueue.Queueing;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>
/// Runs operations inside transactions that the application has open on the queue's file. They are writers outside the file lock: SQLite's write
/// lock alone keeps them apart from the queue's writer, which notices their commits by <c>PRAGMA data_version</c>.
/// </summary>
/// <param name="queue">The queue's own connection.</param>
/// <param name="checkpoints">The queue's, which count what was written.</param>
/// <param name="presence">Whether the queue's files are still there.</param>
/// <param name="newContext">Makes the context of one call.</param>
/// <param name="count">Takes what a call did, for the metrics: whether the application commits it is unknown.</param>
internal sealed class HostTransactions(
    WriteConnection queue, Checkpoints checkpoints, FilePresence presence, Func<WriteConnection, WriteContext> newContext, Action<BatchEffects> count)
{
    /// <summary>A temporary table comes before one of the file by the same name; ours are meant.</summary>
    private const string SelectHidden =
        "SELECT name FROM sqlite_temp_master WHERE type IN ('table', 'view') AND name COLLATE NOCASE IN (SELECT name FROM main.sqlite_master) LIMIT 1";

    private readonly string file = FileOf(queue.Handle);

    /// <summary>Runs one operation. Whatever it throws, the transaction is as it was before, unless SQLite has ended it.</summary>
    public ValueTask<TResult> Run<TResult>(WriteOperation<TResult> operation, DbTransaction transaction)
    {
        presence.Require();
        using var db = new WriteConnection(Check(transaction), borrowed: true, queue.Names);
        CheckFile(db);
        LeaveCheckpointsToTheQueue(db.Handle);
        var changes = db.TotalChanges;
        var context = newContext(db);
        db.Execute("SAVEPOINT durablequeue");
        try
        {
            context.Begin();
            operation.Apply(context);
            if (operation.Error is null)
            {
                context.Flush();
            }
        }
        catch (Exception thrown)
        {
            var error = SqliteErrors.ToQueueError(thrown);
            Undo(db, error);
            ExceptionDispatchInfo.Throw(error);
        }

        // An operation refused before its first write leaves nothing to undo.
        db.Execute("RELEASE durablequeue");
        checkpoints.CountForeign(db.TotalChanges - changes);
        if (operation.Error is null)
        {
            count(context.Effects);
        }

        operation.CompleteCall();
        return operation.Answer;
    }

    /// <returns>The connection, in a transaction that holds the write lock.</returns>
    private static SqliteConnection Check(DbTransaction transaction)
    {
        if (transaction is not SqliteTransaction sqlite)
        {
            throw new ArgumentException(
                $"The transaction is a {transaction.GetType().FullName}, but a queue in a SQLite file needs a {typeof(SqliteTransaction).FullName}.",
                nameof(transaction));
        }

        if (sqlite.Connection is not { Handle: { } handle } connection || raw.sqlite3_get_autocommit(handle) != 0)
        {
            throw new ArgumentException("The transaction has ended.", nameof(transaction));
        }

        return connection;
    }

    private void CheckFile(WriteConnection db)
    {
        if (FileOf(db.Handle) is var other && other != file)
        {
            throw new ArgumentException(
                $"The transaction is on {(other.Length == 0 ? "a database that is not a file" : other)}, but the queue is in {file}.", "transaction");
        }

        if (!HoldsWriteLock(db.Handle))
        {
            throw new ArgumentException(
                "The transaction is deferred and has not written yet: its first write could find that another connection has written since its first "
                + "read, and then nothing but a rollback would help. Begin it with BeginTransaction(), which takes the write lock at once.",
                "transaction");
        }

        var version = Migrations.ReadVersion(db);
        if (version != Migrations.Latest)
        {
            throw new QueueStorageException(
                QueueStorageError.NewerSchema,
                $"The queue file has schema version {version}, but this version of the library writes version {Migrations.Latest}. Update the library.");
        }

        var hidden = db[SelectHidden];
        if (hidden.Step())
        {
            var name = hidden.Text(0);
            hidden.Reset();
            throw new ArgumentException($"A temporary table of the transaction's connection hides the queue's table '{name}'.", "transaction");
        }
    }

    /// <summary>
    /// SQLite does not say which lock a transaction has, but a backup refuses to read from a connection that holds the write lock. No page is
    /// copied.
    /// </summary>
    private static bool HoldsWriteLock(sqlite3 handle)
    {
        raw.sqlite3_open(":memory:", out var nowhere);
        using (nowhere)
        {
            using var backup = raw.sqlite3_backup_init(nowhere, "main", handle, "main");

            // Null where the build of SQLite has no backup: then the first write finds out.
            return backup is null || raw.sqlite3_backup_step(backup, 0) != raw.SQLITE_OK;
        }
    }

    /// <summary>Two connections that write and checkpoint at the same time can damage the file (a bug of SQLite before 3.51.3).</summary>
    private static void LeaveCheckpointsToTheQueue(sqlite3 handle)
    {
        raw.sqlite3_wal_autocheckpoint(handle, 0);
        _ = raw.sqlite3_db_config(handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
    }

    private static void Undo(WriteConnection db, Exception error)
    {
        db.ResetAll();
        if (db.IsAutocommit)
        {
            throw new QueueStorageException(
                (error as QueueStorageException)?.Error ?? QueueStorageError.Other,
                $"SQLite has ended the transaction and rolled back everything that the application did in it: {error.Message}",
                error);
        }

        db.Execute("ROLLBACK TO durablequeue");
        db.Execute("RELEASE durablequeue");
    }

    private static string FileOf(sqlite3 handle) => raw.sqlite3_db_filename(handle, "main").utf8_to_string() ?? "";
}

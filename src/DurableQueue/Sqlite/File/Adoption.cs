using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>
/// An application's database that takes a queue in. The queue's tables have a prefix there, and one of them, the mark, tells what the header of a queue's own
/// file tells: that there is a queue, and its schema version. Everything else in the database stays the application's.
/// </summary>
internal static class Adoption
{
    /// <summary>What a mark is called, after its prefix.</summary>
    private const string Mark = "adopted_queue";

    /// <summary>Created when the database takes the queue in, beside the scripts of the schema.</summary>
    public const string CreateMark =
        "CREATE TABLE adopted_queue (id INTEGER PRIMARY KEY CHECK (id = 1), application_id INTEGER NOT NULL, version INTEGER NOT NULL)";

    private const string InsertMark = "INSERT INTO adopted_queue (id, application_id, version) VALUES (1, @application, 0)";

    private const string UpdateVersion = "UPDATE adopted_queue SET version = @version WHERE id = 1";

    private const string SelectVersion = "SELECT version FROM adopted_queue WHERE id = 1 AND application_id = @application";

    private const string SelectExists = "SELECT EXISTS (SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = @name COLLATE NOCASE)";

    /// <summary>The tables that are named like a mark and have its columns, the prefix of each.</summary>
    private const string SelectMarks =
        $"""
        SELECT substr(m.name, 1, length(m.name) - length('{Mark}')) FROM main.sqlite_master m
        WHERE m.type = 'table' AND lower(substr(m.name, -length('{Mark}'))) = '{Mark}'
          AND (SELECT group_concat(c.name) FROM pragma_table_info(m.name) c) = 'id,application_id,version'
        ORDER BY m.name
        """;

    private const string SelectTaken =
        "SELECT name FROM main.sqlite_master WHERE substr(name, 1, length(@prefix)) = @prefix COLLATE NOCASE ORDER BY name LIMIT 1";

    /// <summary>
    /// The first version in which two connections may write and checkpoint at the same time (https://sqlite.org/wal.html#walresetbug): the application's do.
    /// </summary>
    private const int LeastEngine = 3_051_003;

    /// <summary>Finds the queue that a database has taken in.</summary>
    public static TableNames? Find(sqlite3 connection)
    {
        using var select = new Statement(connection, SelectMarks);
        while (select.Step())
        {
            var names = new TableNames(select.Text(0));
            if (SqliteQueueOptionsRules.IsPrefix(names.Prefix) && ReadVersion(connection, names) is not null)
            {
                return names;
            }
        }

        return null;
    }

    /// <summary>Refuses a database that cannot keep a queue beside its own tables. Only reads.</summary>
    public static void RequireFit(SqliteConnection connection, string path, int engine)
    {
        if (engine < LeastEngine)
        {
            throw new QueueStorageException(
                QueueStorageError.CannotOpen,
                $"A queue in the database of an application needs SQLite 3.51.3 or newer, but this process has {raw.sqlite3_libversion().utf8_to_string()}. Older versions can "
                + "corrupt a file that several connections write and checkpoint at once. Update SQLitePCLRaw.");
        }

        if (ReadText(connection, "PRAGMA encoding") is var encoding and not "UTF-8")
        {
            throw new QueueStorageException(
                QueueStorageError.CannotOpen, $"{path} stores text as {encoding}, but a queue needs UTF-8. The encoding is chosen when a database is created.");
        }

        if (ReadText(connection, "PRAGMA journal_mode") is var mode and not "wal")
        {
            throw new QueueStorageException(
                QueueStorageError.CannotOpen,
                $"{path} has the journal mode '{mode}'; a queue needs a write-ahead log. Run this on it once, while nothing else has it open: PRAGMA journal_mode = WAL;");
        }
    }

    /// <summary>
    /// Refuses a database that has a queue already, and a prefix that something in the database has: it might be, or become, a table of the queue.
    /// </summary>
    public static void RequireNone(sqlite3 connection, string path, TableNames names)
    {
        if (Find(connection) is { } other)
        {
            throw AlreadyAdopted(path, other, names.Prefix);
        }

        using var select = new Statement(connection, SelectTaken).Bind("@prefix", names.Prefix);
        if (select.Step())
        {
            throw new QueueStorageException(
                QueueStorageError.CannotOpen,
                $"{path} already has '{select.Text(0)}'. Names with the prefix '{names.Prefix}' are reserved for the queue: choose another TablePrefix.");
        }
    }

    public static QueueStorageException AlreadyAdopted(string path, TableNames found, string prefix) => new(
        QueueStorageError.CannotOpen,
        $"{path} already contains a queue with the prefix '{found.Prefix}', but TablePrefix is '{prefix}'. A database can contain only one queue.");

    /// <summary>The schema version of the queue in the database; 0 if it has none yet.</summary>
    public static int ReadVersion(WriteConnection db) => (int)(ReadVersion(db.Handle, db.Names!) ?? 0);

    /// <summary>The same.</summary>
    public static long ReadVersion(SqliteConnection connection, TableNames names) => ReadVersion(connection.Handle!, names) ?? 0;

    /// <summary>Begins the adoption, in the transaction that also creates the tables.</summary>
    public static void WriteMark(WriteConnection db)
    {
        db.ExecuteScript(CreateMark);
        db[InsertMark].Bind("@application", Migrations.ApplicationId).Run();
    }

    public static void WriteVersion(WriteConnection db, int version) => db[UpdateVersion].Bind("@version", version).Run();

    private static long? ReadVersion(sqlite3 handle, TableNames names)
    {
        using var exists = new Statement(handle, SelectExists).Bind("@name", names.Prefix + Mark);
        if (exists.Scalar() != 1)
        {
            return null;
        }

        using var select = new Statement(handle, names.Rewrite(SelectVersion)).Bind("@application", Migrations.ApplicationId);
        return select.Scalar();
    }

    private static string ReadText(SqliteConnection connection, string sql)
    {
        using var select = new Statement(connection.Handle!, sql);
        return select.Step() ? select.Text(0) : "";
    }
}

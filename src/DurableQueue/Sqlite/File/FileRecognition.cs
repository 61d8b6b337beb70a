using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>What an existing file is: a queue of its own, an application's database with a queue or without one, or something else.</summary>
internal sealed class FileRecognition(string path, SqliteQueueOptions options)
{
    private const string SelectTables = "SELECT EXISTS (SELECT 1 FROM sqlite_master)";

    /// <summary>Reads what the file is, and refuses what cannot be opened with these options.</summary>
    /// <returns>What the queue's tables are called; <see langword="null"/> in a file of the queue's own, also in one that is still empty.</returns>
    public TableNames? Read(SqliteConnection connection)
    {
        // One snapshot: another queue may be creating the file just now.
        using var snapshot = connection.BeginTransaction(deferred: true);
        var application = ReadNumber(connection, "PRAGMA application_id");
        var version = ReadNumber(connection, "PRAGMA user_version");
        if (application == Migrations.ApplicationId)
        {
            RefuseOwnFileToAdopt();
            RequireKnownSchema(connection, version, names: null);
            return null;
        }

        if (Adoption.Find(connection.Handle!) is { } found)
        {
            RequirePrefix(found);
            Adoption.RequireFit(connection, path, raw.sqlite3_libversion_number());
            RequireKnownSchema(connection, Adoption.ReadVersion(connection, found), found);
            return found;
        }

        if (options.AdoptExisting)
        {
            Adoption.RequireFit(connection, path, raw.sqlite3_libversion_number());
            var names = new TableNames(options.TablePrefix);
            Adoption.RequireNone(connection.Handle!, path, names);
            return names;
        }

        if (application != 0 || version != 0 || ReadNumber(connection, SelectTables) != 0)
        {
            throw new QueueStorageException(
                QueueStorageError.ForeignFile, $"{path} is a SQLite database of another application. To store a queue in it, open it with AdoptExisting.");
        }

        return null;
    }

    private void RequireKnownSchema(SqliteConnection connection, long version, TableNames? names)
    {
        if (version > Migrations.Latest)
        {
            throw new QueueStorageException(
                QueueStorageError.NewerSchema,
                $"The queue file {path} has schema version {version}, but this version of the library supports only versions up to {Migrations.Latest}. Update the library.");
        }

        if (version <= 0)
        {
            throw new QueueStorageException(QueueStorageError.Corrupt, $"The queue file {path} claims schema version {version}, which never existed.");
        }

        // An older file too: a migration of something else would damage it.
        if (SchemaShape.FindMissing(connection.Handle!, (int)version, names) is { } missing)
        {
            throw new QueueStorageException(
                QueueStorageError.Corrupt, $"The queue file {path} claims schema version {version}, but it lacks {missing}. It was not changed.");
        }
    }

    private void RefuseOwnFileToAdopt()
    {
        if (options.AdoptExisting)
        {
            throw new QueueStorageException(
                QueueStorageError.CannotOpen, $"{path} is a queue file, not the database of an application. Open it without AdoptExisting.");
        }
    }

    private void RequirePrefix(TableNames found)
    {
        if (options.AdoptExisting && !found.Prefix.Equals(options.TablePrefix, StringComparison.OrdinalIgnoreCase))
        {
            throw Adoption.AlreadyAdopted(path, found, options.TablePrefix);
        }
    }

    private static long ReadNumber(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Called with constants only.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}

using System.Reflection;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>Brings a file to the schema of this version: numbered scripts, each in a transaction with its number.</summary>
internal static class Migrations
{
    /// <summary>Marks our files in SQLite's header: "DuQu".</summary>
    public const int ApplicationId = 0x44755175;

    private const string LimitDefault = "UPDATE task_group SET parallelism = @parallelism WHERE name = 'default'";

    private const string Prefix = "DurableQueue.Schema.";

    /// <summary>The schema version of this library.</summary>
    public static int Latest => Scripts().Count;

    /// <summary>Called under the file lock. The first time, in an application's database, this is the adoption.</summary>
    /// <param name="db">The file.</param>
    /// <param name="defaultParallelism">The limit of the group <c>default</c> if the file is new; 0 for none.</param>
    public static void Apply(WriteConnection db, int defaultParallelism = 0)
    {
        db.Execute("BEGIN IMMEDIATE");
        try
        {
            var scripts = Scripts();
            var version = ReadVersion(db);
            if (version == 0 && db.Names is { } names)
            {
                // Looked for again: since the open looked, the application or another queue may have written.
                Adoption.RequireNone(db.Handle, "The database", names);
                Adoption.WriteMark(db);
                FaultPoint.Reach("adoption.marked");
            }

            if (version > scripts.Count)
            {
                throw new QueueStorageException(
                    QueueStorageError.NewerSchema, $"The queue file has schema version {version}, but this version of the library supports only versions up to {scripts.Count}. Update the library.");
            }

            var isNew = version == 0;
            for (; version < scripts.Count; version++)
            {
                db.ExecuteScript(ReadScript(scripts[version]));
                FaultPoint.Reach("migration.script");
            }

            if (isNew && defaultParallelism > 0)
            {
                db[LimitDefault].Bind("@parallelism", (long)defaultParallelism).Run();
            }

            WriteVersion(db, scripts.Count);
            FaultPoint.Reach("migration.before");
            db.Execute("COMMIT");
            FaultPoint.Reach("migration.after");
        }
        catch
        {
            if (!db.IsAutocommit)
            {
                db.TryExecute("ROLLBACK");
            }

            throw;
        }
    }

    /// <summary>The schema of a version, in an empty database that is not kept.</summary>
    public static void CreateTables(WriteConnection db, int version) => Scripts().Take(version).ToList().ForEach(name => db.ExecuteScript(ReadScript(name)));

    public static int ReadVersion(WriteConnection db) => db.Names is null ? (int)(db["PRAGMA user_version"].Scalar() ?? 0) : Adoption.ReadVersion(db);

    public static IEnumerable<string> ReadScripts() => Scripts().Select(ReadScript);

    /// <summary>The header of an application's database stays as the application wants it.</summary>
    private static void WriteVersion(WriteConnection db, int version)
    {
        if (db.Names is null)
        {
            db.Execute($"PRAGMA application_id = {ApplicationId}");
            db.Execute($"PRAGMA user_version = {version}");
        }
        else
        {
            Adoption.WriteVersion(db, version);
        }
    }

    private static List<string> Scripts() =>
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>The script that brings a file of the version to the next one.</summary>
    public static string ReadScript(int version) => ReadScript(Scripts()[version]);

    private static string ReadScript(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

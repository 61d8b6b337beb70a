namespace DurableQueue.Sqlite.Verification;

/// <summary>SQLite's own check of pages and indexes. Indexes can be made again; if more is damaged, nothing else can be relied on.</summary>
internal static class FileChecks
{
    public const string Integrity = "file.integrity";

    private const string SelectDamage =
        $"SELECT '{Integrity}', 'the file', integrity_check, 'ok' FROM pragma_integrity_check WHERE integrity_check <> 'ok'";

    private const string SelectTables = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND substr(name, 1, length(@prefix)) = @prefix COLLATE NOCASE";

    private static readonly ConsistencyCheck[] OfWholeFile = [new(SelectDamage, "REINDEX")];

    public static ConsistencyCheck[] For(WriteConnection db) => db.Names is { } names ? [.. ReadTables(db, names).Select(OfTable)] : OfWholeFile;

    /// <summary>
    /// In an application's database the queue's tables alone: the application's indexes may need collations and functions that only the application has.
    /// </summary>
    private static List<string> ReadTables(WriteConnection db, TableNames names)
    {
        var tables = new List<string>();
        using var select = new Statement(db, SelectTables).Bind("@prefix", names.Prefix);
        while (select.Step())
        {
            tables.Add(select.Text(0));
        }

        return tables;
    }

    private static ConsistencyCheck OfTable(string table) => new(
        $"SELECT '{Integrity}', 'the table {table}', integrity_check, 'ok' FROM pragma_integrity_check('{table}') WHERE integrity_check <> 'ok'",
        $"REINDEX \"{table}\"");
}

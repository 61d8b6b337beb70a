using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>
/// The tables, columns and indexes of the schema. A file may say that it has one of our versions and have something else; better to hear of that at the open
/// than at some statement later. Tables of the application beside ours are none of its business.
/// </summary>
internal static class SchemaShape
{
    private const string SelectNames = "SELECT json_group_array(name) FROM sqlite_master WHERE type = 'table'";

    private const string SelectColumns =
        """
        SELECT m.type || ' ' || m.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk
        FROM sqlite_master m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name IN (SELECT value FROM json_each(@names))
        """;

    private const string SelectIndexes =
        """
        SELECT 'index ' || m.name || ' of ' || m.tbl_name || ' (' || (SELECT group_concat(coalesce(i.name, '?')) FROM pragma_index_info(m.name) i) || ')'
        FROM sqlite_master m WHERE m.type = 'index' AND m.sql IS NOT NULL AND m.tbl_name IN (SELECT value FROM json_each(@names))
        """;

    /// <summary>By version and prefix. Running all scripts in memory takes longer than the rest of an open: it is done once.</summary>
    private static readonly ConcurrentDictionary<(int Version, string Prefix), (string Names, IReadOnlyList<string> Lines)> Expected = new();

    /// <summary>What a file lacks of the schema of a version, or has otherwise; <see langword="null"/> if it has all of it.</summary>
    /// <param name="connection">The file.</param>
    /// <param name="version">The version.</param>
    /// <param name="tables">What the tables are called in an application's database.</param>
    public static string? FindMissing(sqlite3 connection, int version, TableNames? tables)
    {
        var (names, lines) = Expected.GetOrAdd((version, tables?.Prefix ?? ""), static (_, schema) => CreateAndRead(schema.version, schema.tables), (version, tables));
        var there = Read(connection, names);
        return lines.FirstOrDefault(line => !there.Contains(line));
    }

    private static (string Names, IReadOnlyList<string> Lines) CreateAndRead(int version, TableNames? tables)
    {
        using var model = new SqliteConnection("Data Source=:memory:;Pooling=False");
        model.Open();
        using var ours = new WriteConnection(model, borrowed: true, tables);
        Migrations.CreateTables(ours, version);
        var names = ReadNames(ours.Handle);
        return (names, [.. Read(ours.Handle, names).Order(StringComparer.Ordinal)]);
    }

    private static string ReadNames(sqlite3 connection)
    {
        using var select = new Statement(connection, SelectNames);
        select.Step();
        return select.Text(0);
    }

    private static HashSet<string> Read(sqlite3 connection, string names)
    {
        var lines = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sql in (string[])[SelectColumns, SelectIndexes])
        {
            using var select = new Statement(connection, sql).Bind("@names", names);
            while (select.Step())
            {
                if (select.NullableText(0) is { } line)
                {
                    lines.Add(line);
                }
            }
        }

        return lines;
    }
}

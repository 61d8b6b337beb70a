using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Benchmarks.StatementCost;

/// <summary>
/// Writes what a connection runs to files that a program without this library can read, and a person can edit: <c>schema.sql</c>, and <c>statements.tsv</c>
/// with one line per prepared statement (<c>sql</c>, number, text), part of a phase (<c>phase</c>, name, tasks) and execution (<c>run</c>, number, the
/// values of the parameters as literals of SQL), in the order in which they came.
/// </summary>
internal sealed unsafe partial class StatementExport : IDisposable
{
    private readonly nint connection;
    private readonly StreamWriter writer;
    private readonly Dictionary<string, int> numbers = [];
    private GCHandle self;

    public StatementExport(string directory, string file, nint connection)
    {
        this.connection = connection;
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "schema.sql"), string.Concat(Dump(file)));
        writer = new StreamWriter(Path.Combine(directory, "statements.tsv")) { NewLine = "\n" };
        writer.WriteLine($"open\t{(NativeSqlite.Mutex(connection) == 0 ? "nomutex" : "fullmutex")}");
        self = GCHandle.Alloc(this);
        _ = NativeSqlite.Trace(connection, NativeSqlite.TraceStatement, &Traced, GCHandle.ToIntPtr(self));
    }

    public void Begin(string phase, int tasks) => writer.WriteLine($"phase\t{phase}\t{tasks}");

    public void Dispose()
    {
        _ = NativeSqlite.Trace(connection, 0, null, 0);
        self.Free();
        writer.Dispose();
    }

    [UnmanagedCallersOnly]
    private static int Traced(uint what, nint context, nint statement, nint text)
    {
        ((StatementExport)GCHandle.FromIntPtr(context).Target!).Write(statement);
        return 0;
    }

    private void Write(nint statement)
    {
        var template = NativeSqlite.Text(statement);
        if (!numbers.TryGetValue(template, out var number))
        {
            numbers.Add(template, number = numbers.Count);
            writer.WriteLine($"sql\t{number}\t{WhiteSpace().Replace(template, " ")}");
        }

        writer.WriteLine(string.Join('\t', ["run", $"{number}", .. BoundValues.Find(template, NativeSqlite.ExpandedText(statement))]));
    }

    /// <summary>The pragmas, tables, indexes and rows of a file, as statements that make it again.</summary>
    private static List<string> Dump(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False;Mode=ReadOnly");
        connection.Open();
        string[] tables = [.. Read(connection, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid")];
        return
        [
            "PRAGMA journal_mode = WAL;\nPRAGMA synchronous = FULL;\nPRAGMA wal_autocheckpoint = 0;\nPRAGMA cache_size = -8000;\nPRAGMA temp_store = MEMORY;\n",
            .. Read(connection, "SELECT sql || ';' || char(10) FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"),
            .. tables.SelectMany(table => Rows(connection, table)),
        ];
    }

    private static IEnumerable<string> Rows(SqliteConnection connection, string table)
    {
        var columns = string.Join(" || ',' || ", Read(connection, $"SELECT 'quote(' || name || ')' FROM pragma_table_info('{table}')"));
        return Read(connection, $"SELECT 'INSERT INTO {table} VALUES (' || {columns} || ');' || char(10) FROM {table}");
    }

    private static IEnumerable<string> Read(SqliteConnection connection, string sql)
    {
        using var command = new SqliteCommand(sql, connection);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!;
        }
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}

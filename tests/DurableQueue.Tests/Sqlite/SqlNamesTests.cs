using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using DurableQueue.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Sqlite;

/// <summary>The names of the queue's tables in SQL, found and prefixed.</summary>
public sealed class SqlNamesTests(ITestOutputHelper output)
{
    private const string Prefix = "dq_";

    private static readonly string[] Verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "REPLACE"];

    private readonly TableNames names = new(Prefix);

    [Theory]
    [InlineData("SELECT id FROM task", "SELECT id FROM dq_task")]
    [InlineData("select worker from WORKER", "select worker from dq_WORKER")]
    [InlineData("SELECT t.worker FROM task t", "SELECT t.worker FROM dq_task t")]
    [InlineData("SELECT task.worker, worker FROM task", "SELECT dq_task.worker, worker FROM dq_task")]
    [InlineData("SELECT worker FROM task, worker w, json_each('[]') WHERE worker.pid = 1", "SELECT worker FROM dq_task, dq_worker w, json_each('[]') WHERE dq_worker.pid = 1")]
    [InlineData("SELECT (SELECT max(worker) FROM task), worker FROM lane", "SELECT (SELECT max(worker) FROM dq_task), worker FROM dq_lane")]
    [InlineData("SELECT a FROM task WHERE b IN (x, worker) ORDER BY worker, lane", "SELECT a FROM dq_task WHERE b IN (x, worker) ORDER BY worker, lane")]
    [InlineData("SELECT a FROM task t JOIN lane l ON worker = l.id, worker", "SELECT a FROM dq_task t JOIN dq_lane l ON worker = l.id, dq_worker")]
    [InlineData("SELECT a IS NOT DISTINCT FROM worker, worker FROM task", "SELECT a IS NOT DISTINCT FROM worker, worker FROM dq_task")]
    [InlineData("SELECT 'FROM task', \"task\", [task], `task`, @task, :task, $task, ?1 FROM task", "SELECT 'FROM task', \"task\", [task], `task`, @task, :task, $task, ?1 FROM dq_task")]
    [InlineData("SELECT 'it''s from task' FROM -- from task\n /* from task */ task", "SELECT 'it''s from task' FROM -- from task\n /* from task */ dq_task")]
    [InlineData("SELECT id FROM task INDEXED BY task_ready", "SELECT id FROM dq_task INDEXED BY dq_task_ready")]
    [InlineData("SELECT id FROM task_tasks, tasks, my_task", "SELECT id FROM task_tasks, tasks, my_task")]
    [InlineData("UPDATE task SET worker = NULL, lane = (1)", "UPDATE dq_task SET worker = NULL, lane = (1)")]
    [InlineData("UPDATE OR IGNORE task SET id = 1", "UPDATE OR IGNORE dq_task SET id = 1")]
    [InlineData("UPDATE task SET a = w.b FROM (SELECT id FROM task) AS w WHERE w.id = task.id", "UPDATE dq_task SET a = w.b FROM (SELECT id FROM dq_task) AS w WHERE w.id = dq_task.id")]
    [InlineData("INSERT INTO task (id, worker) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET worker = excluded.worker", "INSERT INTO dq_task (id, worker) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET worker = excluded.worker")]
    [InlineData("DELETE FROM task WHERE EXISTS (SELECT 1 FROM worker)", "DELETE FROM dq_task WHERE EXISTS (SELECT 1 FROM dq_worker)")]
    [InlineData("CREATE TABLE IF NOT EXISTS task (worker TEXT, lane)", "CREATE TABLE IF NOT EXISTS dq_task (worker TEXT, lane)")]
    [InlineData("CREATE UNIQUE INDEX task_ready ON task (worker) WHERE lane = 1; SELECT worker FROM x", "CREATE UNIQUE INDEX dq_task_ready ON dq_task (worker) WHERE lane = 1; SELECT worker FROM x")]
    [InlineData("ALTER TABLE task_approval RENAME TO task_decision_v1", "ALTER TABLE dq_task_approval RENAME TO dq_task_decision_v1")]
    [InlineData("ALTER TABLE task ADD COLUMN worker TEXT; DROP INDEX task_lease; DROP TABLE IF EXISTS worker", "ALTER TABLE dq_task ADD COLUMN worker TEXT; DROP INDEX dq_task_lease; DROP TABLE IF EXISTS dq_worker")]
    [InlineData("SELECT 'no end FROM task", "SELECT 'no end FROM task")]
    [InlineData("SELECT 1 /* no end FROM task", "SELECT 1 /* no end FROM task")]
    [InlineData("SELECT 0x1F, 1e5 FROM main.sqlite_master", "SELECT 0x1F, 1e5 FROM main.sqlite_master")]
    public void Rewrite_OneStatement_PrefixesTablesAndIndexesOnly(string sql, string expected)
    {
        Assert.Equal(expected, names.Rewrite(sql));
        Assert.Equal(expected, names.Rewrite(expected));
    }

    [Fact]
    public void All_ReadFromTheScripts_AreWhatTheSchemaHas()
    {
        using var connection = Open();
        using var db = new WriteConnection(connection, borrowed: true);
        Migrations.CreateTables(db, Migrations.Latest);
        using var select = new Statement(connection.Handle!, "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'");
        var inSchema = new List<string>();
        while (select.Step())
        {
            inSchema.Add(select.Text(0));
        }

        Assert.InRange(inSchema.Count, 50, int.MaxValue);
        Assert.Empty(inSchema.Except(TableNames.All, StringComparer.OrdinalIgnoreCase));
        Assert.Contains("task_decision_v1", TableNames.All);
        Assert.Contains("adopted_queue", TableNames.All);
    }

    /// <summary>
    /// Every text of the library that is a statement on the queue's own file reaches, in a database that also has tables named like ours, the same tables
    /// with the prefix and no other, by the same plan.
    /// </summary>
    [Fact]
    public void Rewrite_EveryStatementOfTheLibrary_ReachesThePrefixedTablesByTheSamePlan()
    {
        using var own = Open();
        using var ownDb = new WriteConnection(own, borrowed: true);
        Migrations.CreateTables(ownDb, Migrations.Latest);
        ownDb.ExecuteScript(Adoption.CreateMark);
        using var adopted = Open();
        CreateDecoys(adopted);
        using var adoptedDb = new WriteConnection(adopted, borrowed: true, names);
        Migrations.CreateTables(adoptedDb, Migrations.Latest);
        adoptedDb.ExecuteScript(Adoption.CreateMark);

        var statements = 0;
        foreach (var sql in ReadTexts().Where(text => Verbs.Any(verb => text.TrimStart().StartsWith(verb + " ", StringComparison.Ordinal))))
        {
            if (Describe(own, sql) is not { } expected)
            {
                // A part of a statement.
                continue;
            }

            statements++;
            var actual = Describe(adopted, names.Rewrite(sql));
            Assert.True(actual is not null, $"No statement any more: {names.Rewrite(sql)}");
            Assert.True(expected.Tables.SetEquals(actual.Tables.Select(WithoutPrefix)), $"Other tables: {names.Rewrite(sql)}: {string.Join(", ", actual.Tables)}");
            Assert.Equal(expected.Plan, actual.Plan.Replace(Prefix, "", StringComparison.Ordinal));
        }

        output.WriteLine($"{statements} statements");
        Assert.InRange(statements, 250, int.MaxValue);

        static string WithoutPrefix(string table) =>
            TableNames.All.Contains(table) ? $"of the application: {table}"
            : table.StartsWith(Prefix, StringComparison.Ordinal) ? table[Prefix.Length..]
            : table;
    }

    /// <summary>Random statements of pieces with a known answer, in random spelling.</summary>
    [Fact]
    public void Rewrite_RandomPieces_ChangesWhatNamesATable()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string[] left = ["'task'", "'it''s FROM task'", "\"task\"", "[task]", "`FROM task`", "@task", ":worker", "$lane", "?7", "t.task", "t.worker", "worker", "1", "0x1f", "x'00'", "coalesce(worker, lane)"];
        string[] space = [" ", "\n", "\t", " /* FROM task */ ", " -- JOIN worker\n", "/**/ "];
        var all = TableNames.All.ToArray();
        for (var round = 0; round < 2_000; round++)
        {
            var (sql, expected) = ("", "");
            Both($"SELECT{Gap()}{string.Join(',', Enumerable.Range(0, random.Next(1, 5)).Select(_ => Gap() + Pick(left) + Gap()))}{Gap()}FROM{Gap()}");
            Name(Pick(all));
            Both(" AS t");
            for (var more = random.Next(3); more > 0; more--)
            {
                Both(random.Next(2) == 0 ? $"{Gap()}," : $"{Gap()}LEFT JOIN{Gap()}");
                Both(Gap());
                Name(Pick(all));
                Both(" AS u");
            }

            Both($"{Gap()}WHERE{Gap()}{Pick(left)} IN ({Pick(left)},{Gap()}{Pick(left)}){Gap()}AND{Gap()}");
            Name(Pick(all));
            Both(".id = 1");

            Assert.Equal(expected, names.Rewrite(sql));

            string Pick(string[] from) => from[random.Next(from.Length)];
            string Gap() => " " + Pick(space);
            void Both(string text) => (sql, expected) = (sql + text, expected + text);
            void Name(string name)
            {
                name = random.Next(4) == 0 ? name.ToUpperInvariant() : name;
                (sql, expected) = (sql + name, expected + Prefix + name);
            }
        }
    }

    private static SqliteConnection Open()
    {
        var connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
        connection.Open();
        return connection;
    }

    /// <summary>Tables of an application that are named like each of ours.</summary>
    private static void CreateDecoys(SqliteConnection connection)
    {
        using var db = new WriteConnection(connection, borrowed: true);
        Migrations.CreateTables(db, Migrations.Latest);
    }

    /// <summary>The tables that a statement reads or writes, and its plan; <see langword="null"/> if it is none.</summary>
    private static Description? Describe(SqliteConnection connection, string sql)
    {
        var tables = new HashSet<string>(StringComparer.Ordinal);
        raw.sqlite3_set_authorizer(
            connection.Handle!,
            (strdelegate_authorizer)((_, action, table, _, database, _) =>
            {
                const int delete = 9, insert = 18, read = 20, update = 23;
                if (action is delete or insert or read or update && database is not null)
                {
                    tables.Add(table);
                }

                return raw.SQLITE_OK;
            }),
            null);
        try
        {
            var plan = new List<string>();
            using var explain = new Statement(connection.Handle!, $"EXPLAIN QUERY PLAN {sql}");
            while (explain.Step())
            {
                plan.Add(explain.Text(3));
            }

            return new Description(tables, string.Join('\n', plan));
        }
        catch (QueueStorageException)
        {
            return null;
        }
        finally
        {
            raw.sqlite3_set_authorizer(connection.Handle!, (strdelegate_authorizer?)null, null);
        }
    }

    /// <summary>All texts in the code of the library.</summary>
    private static IEnumerable<string> ReadTexts()
    {
        using var file = File.OpenRead(typeof(TableNames).Assembly.Location);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var texts = new List<string>();
        for (var handle = MetadataTokens.UserStringHandle(1); !handle.IsNil; handle = metadata.GetNextHandle(handle))
        {
            texts.Add(metadata.GetUserString(handle));
        }

        return texts.Distinct();
    }

    private sealed record Description(HashSet<string> Tables, string Plan);
}

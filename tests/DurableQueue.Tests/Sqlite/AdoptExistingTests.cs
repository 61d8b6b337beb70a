using Dapper;
using DurableQueue.Sqlite;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>An application's database that takes a queue in.</summary>
public sealed class AdoptExistingTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");

    private string FilePath => Path.Combine(directory.FullName, "app.db");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Open_ApplicationsDatabase_LeavesEverythingOfTheApplication()
    {
        Create("PRAGMA page_size = 8192; PRAGMA application_id = 77; PRAGMA user_version = 5");
        var before = ReadApplication();

        await using (var queue = await OpenAsync())
        {
            await WorkAsync(queue);
            Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
            var health = await queue.ProbeHealthAsync(CancellationToken.None);
            Assert.Equal((0, 1), (health.Inconsistencies.Count, health.LiveWorkers));
        }

        var after = ReadApplication();
        Assert.Equal(before, after);
        Assert.Equal((8192L, 77L, 5L, "wal"), (Number("PRAGMA page_size"), Number("PRAGMA application_id"), Number("PRAGMA user_version"), Scalar("PRAGMA journal_mode")));
        Assert.Equal("ok", Scalar("PRAGMA integrity_check"));

        // All that is new is ours by its name, what SQLite makes by itself included.
        using var connection = Connect();
        var names = connection.Query<string>("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").Except(["task", "task_ready", "worker", "lane", "notes"]);
        Assert.All(names, name => Assert.StartsWith("dq_", name, StringComparison.Ordinal));
        Assert.Equal(Migrations.Latest, Number("SELECT version FROM dq_adopted_queue"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_TakenInBefore_FindsTheQueueByItself(bool adopt)
    {
        Create();
        TaskId id;
        await using (var queue = await OpenAsync(o => o with { TablePrefix = "Jobs_7" }))
        {
            id = await queue.EnqueueAsync(new NewTask("work", "payload"u8.ToArray()));
        }

        await using var again = await OpenAsync(o => o with { AdoptExisting = adopt, TablePrefix = adopt ? "jobs_7" : "dq_" });

        Assert.Equal("payload"u8.ToArray(), (await again.Inspector.GetPayloadAsync(id)).ToArray());
        Assert.Equal(1, Number("SELECT count(*) FROM Jobs_7task"));
    }

    [Fact]
    public async Task Open_WithoutTheOption_IsRefusedAndNamesIt()
    {
        Create();

        await RefusedAsync(o => o with { AdoptExisting = false }, QueueStorageError.ForeignFile, "AdoptExisting");
    }

    [Fact]
    public async Task Open_NoFile_IsRefused()
    {
        await RefusedAsync(o => o, QueueStorageError.CannotOpen, "does not exist");

        Assert.False(File.Exists(FilePath));
    }

    [Fact]
    public async Task Open_QueueFileOfItsOwn_IsRefused()
    {
        await using (await SqliteTaskQueue.OpenAsync(FilePath))
        {
        }

        await RefusedAsync(o => o, QueueStorageError.CannotOpen, "without AdoptExisting", hasSideFiles: true);
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("TRUNCATE")]
    public async Task Open_OtherJournalMode_IsRefusedWithTheLineThatChangesIt(string mode)
    {
        Create($"PRAGMA journal_mode = {mode}");

        await RefusedAsync(o => o, QueueStorageError.CannotOpen, "PRAGMA journal_mode = WAL;");

        Scalar("PRAGMA journal_mode = WAL;");
        await using var queue = await OpenAsync();
        await WorkAsync(queue);
    }

    [Fact]
    public async Task Open_JournalModeChangedAfterwards_IsRefused()
    {
        Create();
        await using (await OpenAsync())
        {
        }

        Scalar("PRAGMA journal_mode = DELETE");

        await RefusedAsync(o => o with { AdoptExisting = false }, QueueStorageError.CannotOpen, "PRAGMA journal_mode = WAL;", hasSideFiles: true);
        Assert.Equal("delete", Scalar("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task Open_OtherEncoding_IsRefused()
    {
        Create("PRAGMA encoding = 'UTF-16le'");

        await RefusedAsync(o => o, QueueStorageError.CannotOpen, "UTF-16le");
    }

    [Theory]
    [InlineData(3_051_002, false)]
    [InlineData(3_051_003, true)]
    public void RequireFit_VersionOfSqlite_RefusesThoseThatCanDamageTheFile(int engine, bool fits)
    {
        Create();
        using var connection = Connect();

        var error = Record.Exception(() => Adoption.RequireFit(connection, FilePath, engine));

        Assert.Equal(fits, error is null);
        Assert.True(fits || error!.Message.Contains("3.51.3", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CREATE TABLE dq_task (x)")]
    [InlineData("CREATE TABLE DQ_other (x)")]
    [InlineData("CREATE INDEX dq_index ON notes (text)")]
    [InlineData("CREATE VIEW dq_view AS SELECT 1")]
    [InlineData("CREATE TABLE dq_adopted_queue (id, application_id, version)")]
    public async Task Open_PrefixIsTaken_IsRefusedAndAnotherWorks(string sql)
    {
        Create();
        Scalar(sql);

        await RefusedAsync(o => o, QueueStorageError.CannotOpen, "TablePrefix");

        await using var queue = await OpenAsync(o => o with { TablePrefix = "dqueue_" });
        await WorkAsync(queue);
    }

    [Fact]
    public async Task Open_SecondPrefix_IsRefusedAndNamesBoth()
    {
        Create();
        await using (await OpenAsync())
        {
        }

        var error = await RefusedAsync(o => o with { TablePrefix = "other_" }, QueueStorageError.CannotOpen, "dq_", hasSideFiles: true);

        Assert.Contains("other_", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1a")]
    [InlineData("a b")]
    [InlineData("a'")]
    [InlineData("ä_")]
    [InlineData("SQLITE_x")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefg")]
    public async Task Open_BadPrefix_IsAnArgumentException(string prefix)
    {
        Create();

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await OpenAsync(o => o with { TablePrefix = prefix }));

        Assert.Contains("TablePrefix", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_NewerVersion_IsRefused()
    {
        Create();
        await using (await OpenAsync())
        {
        }

        Scalar($"UPDATE dq_adopted_queue SET version = {Migrations.Latest + 1}");

        await RefusedAsync(o => o with { AdoptExisting = false }, QueueStorageError.NewerSchema, "Update the library", hasSideFiles: true);
    }

    [Fact]
    public async Task Open_LacksATable_IsRefused()
    {
        Create();
        await using (await OpenAsync())
        {
        }

        Scalar("DROP TABLE dq_task_body");

        await RefusedAsync(o => o, QueueStorageError.Corrupt, "dq_task_body", hasSideFiles: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public async Task Open_OlderVersion_IsBroughtToThisOne(int version)
    {
        Create();
        using (var connection = Connect())
        {
            using var db = new WriteConnection(connection, borrowed: true, new TableNames("dq_"));
            Adoption.WriteMark(db);
            Migrations.CreateTables(db, version);
            Adoption.WriteVersion(db, version);
        }

        await using var queue = await OpenAsync();

        await WorkAsync(queue);
        Assert.Equal(Migrations.Latest, Number("SELECT version FROM dq_adopted_queue"));
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Open_ManyAtOnce_TakeTheQueueInOnce()
    {
        Create();
        var queues = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () => await OpenAsync())));

        var ids = await Task.WhenAll(queues.Select(queue => queue.EnqueueAsync(new NewTask("work")).AsTask()));

        Assert.Equal(4, ids.Distinct().Count());
        foreach (var queue in queues)
        {
            await queue.DisposeAsync();
        }
    }

    [Fact]
    public void Apply_FailsHalfWay_LeavesTheDatabaseAsItWas()
    {
        Create();
        var before = ReadApplication();
        using (var connection = Connect())
        {
            using var db = new WriteConnection(connection, borrowed: true, new TableNames("dq_"));

            // What the last script is about to create.
            SQLitePCL.raw.sqlite3_exec(connection.Handle!, "CREATE TABLE dq_budget_recent (x)");
            Assert.Throws<QueueStorageException>(() => Migrations.Apply(db));
            SQLitePCL.raw.sqlite3_exec(connection.Handle!, "DROP TABLE dq_budget_recent");
            Assert.True(db.IsAutocommit);
        }

        Assert.Equal(before, ReadApplication());
        Assert.Equal(0, Number("SELECT count(*) FROM sqlite_master WHERE name LIKE 'dq\\_%' ESCAPE '\\'"));
    }

    [Fact]
    public async Task VerifyAndRepair_SeeTheQueuesTablesAlone()
    {
        Create();
        using (var connection = Connect())
        {
            // An index by a collation that only the application knows: SQLite cannot check it.
            connection.CreateCollation("mine", string.CompareOrdinal);
            connection.CreateFunction("mine", (string text) => text, isDeterministic: true);
            connection.Execute("CREATE INDEX notes_mine ON notes (text COLLATE mine); CREATE INDEX notes_ours ON notes (mine(text))");
            connection.Execute("CREATE VIEW mine AS SELECT mine(text) AS text FROM gone");
        }

        await using var queue = await OpenAsync();
        await queue.EnqueueAsync(new NewTask("work"));
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        Scalar("UPDATE dq_task_group SET queued = 7; UPDATE task SET title = 'changed'");

        var findings = (await queue.Inspector.VerifyAsync()).Findings;
        Assert.Equal("group.queued", Assert.Single(findings).What);
        var repair = await queue.Control.RepairAsync();

        Assert.Empty(repair.Remaining);
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        Assert.Equal("changed", Scalar("SELECT title FROM task"));
    }

    [Fact]
    public async Task Backup_CopiesTheWholeDatabase_AndOpensInTheSameWay()
    {
        Create("PRAGMA application_id = 77; PRAGMA user_version = 5");
        var copy = FilePath + ".copy";
        TaskId id;
        await using (var queue = await OpenAsync())
        {
            id = await queue.EnqueueAsync(new NewTask("work"));
            await queue.BackupToAsync(copy);
        }

        Assert.Equal(["app.db.copy"], directory.GetFiles("app.db.copy*").Select(file => file.Name));
        await using var again = await SqliteTaskQueue.OpenAsync(copy);
        Assert.NotNull(await again.Inspector.GetAsync(id));
        using var connection = Connect(copy);
        Assert.Equal((77L, 5L, "the application's"), connection.QuerySingle<(long, long, string)>(
            "SELECT a.application_id, u.user_version, t.title FROM pragma_application_id a, pragma_user_version u, task t"));
    }

    [Fact]
    public async Task Restore_ApplicationsDatabase_IsRefusedAsBackupAndAsTarget()
    {
        Create();
        var (copy, plain) = (FilePath + ".copy", FilePath + ".plain");
        await using (var queue = await OpenAsync())
        {
            await queue.BackupToAsync(copy);
        }

        await using (await SqliteTaskQueue.OpenAsync(plain))
        {
        }

        var before = await File.ReadAllBytesAsync(FilePath);
        foreach (var (backup, target) in ((string, string)[])[(copy, FilePath), (copy, plain), (plain, FilePath)])
        {
            var error = await Assert.ThrowsAsync<QueueStorageException>(() => SqliteTaskQueue.RestoreAsync(backup, target).AsTask());
            Assert.Equal(QueueStorageError.ForeignFile, error.Error);
            Assert.Contains("database of an application", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(FilePath));
    }

    [Fact]
    public async Task Open_KilledAfterACheckpoint_ReplaysItsLogAndNoOther()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        Create();
        File.Copy(FilePath, FilePath + ".old");
        await using (var queue = await OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask("work"));
        }

        // What a killed process leaves, in a directory of its own.
        var killed = Path.Combine(directory.CreateSubdirectory("killed").FullName, "app.db");
        await using (var queue = await OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask("work"));
            foreach (var suffix in (string[])["", "-wal", "-gate"])
            {
                File.Copy(FilePath + suffix, killed + suffix);
            }
        }

        await using (var replayed = await SqliteTaskQueue.OpenAsync(killed))
        {
            Assert.Equal(2, (await replayed.Inspector.CountAsync()).Total.Total);
            await replayed.EnqueueAsync(new NewTask("work"));
            foreach (var suffix in (string[])["-wal", "-gate"])
            {
                File.Copy(killed + suffix, FilePath + suffix, overwrite: true);
            }

            File.Copy(FilePath + ".old", FilePath, overwrite: true);
        }

        var error = await Assert.ThrowsAsync<QueueStorageException>(async () => await OpenAsync());
        Assert.Equal(QueueStorageError.ForeignLog, error.Error);
    }

    [Fact]
    public async Task Transaction_TemporaryTableHidesOurs_IsRefused()
    {
        Create();
        await using var queue = await OpenAsync();
        using var connection = Connect();
        connection.Execute("CREATE TEMP TABLE dq_task (x)");
        using var transaction = connection.BeginTransaction();

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync(new NewTask("work"), transaction));

        Assert.Contains("dq_task", error.Message, StringComparison.Ordinal);
    }

    private static async Task WorkAsync(SqliteTaskQueue queue)
    {
        var id = await queue.EnqueueAsync(new NewTask("work", "x"u8.ToArray()) { Group = "g", Label = "l", DedupKey = "k", RequiresApproval = true });
        await queue.Control.ApproveAsync(id, "ann", null);
        await queue.Schedules.AddAsync(new NewSchedule("nightly", "@every 1h", new NewTask("tidy")));
        var leased = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" });
        Assert.Equal(id, leased!.Id);
        Assert.True(await queue.CompleteAsync(leased.Lease, "result"u8.ToArray()));
        Assert.Equal(TaskState.Done, (await queue.Inspector.GetAsync(id))!.State);
    }

    private async Task<QueueStorageException> RefusedAsync(
        Func<SqliteQueueOptions, SqliteQueueOptions> change, QueueStorageError error, string says, bool hasSideFiles = false)
    {
        var before = File.Exists(FilePath) ? Convert.ToHexString(await File.ReadAllBytesAsync(FilePath)) : "";
        var refused = await Assert.ThrowsAsync<QueueStorageException>(async () => await OpenAsync(change));

        Assert.Equal(error, refused.Error);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Contains(FilePath, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.Exists(FilePath) ? Convert.ToHexString(await File.ReadAllBytesAsync(FilePath)) : "");
        Assert.True(hasSideFiles || !File.Exists(FilePath + "-gate"));
        return refused;
    }

    private ValueTask<SqliteTaskQueue> OpenAsync(Func<SqliteQueueOptions, SqliteQueueOptions>? change = null)
    {
        var options = new SqliteQueueOptions { AdoptExisting = true, BackgroundSweeps = false };
        return SqliteTaskQueue.OpenAsync(FilePath, change?.Invoke(options) ?? options);
    }

    /// <summary>An application's database, with tables named like ours.</summary>
    private void Create(string settings = "SELECT 1")
    {
        using var connection = Connect();
        connection.Execute(settings);
        connection.Execute(
            """
            CREATE TABLE task (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT);
            CREATE TABLE worker (worker TEXT);
            CREATE TABLE lane (lane TEXT);
            CREATE TABLE notes (text TEXT);
            CREATE INDEX task_ready ON task (title);
            INSERT INTO task (title) VALUES ('the application''s');
            INSERT INTO notes VALUES ('a'), ('b');
            """);
        if (!settings.Contains("journal_mode", StringComparison.Ordinal))
        {
            connection.Execute("PRAGMA journal_mode = WAL");
        }
    }

    /// <summary>All that the application has stored.</summary>
    private string ReadApplication()
    {
        using var connection = Connect();
        var schema = connection.Query<string>("SELECT sql FROM sqlite_master WHERE name IN ('task', 'worker', 'lane', 'notes', 'task_ready') ORDER BY name");
        var rows = connection.Query<string>("SELECT id || title FROM task UNION ALL SELECT worker FROM worker UNION ALL SELECT lane FROM lane UNION ALL SELECT text FROM notes");
        var sequence = connection.Query<string>("SELECT name || seq FROM sqlite_sequence WHERE name IN ('task', 'worker', 'lane', 'notes')");
        return string.Join('\n', schema.Concat(rows).Concat(sequence));
    }

    private SqliteConnection Connect(string? path = null)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path ?? FilePath, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    private object? Scalar(string sql)
    {
        using var connection = Connect();
        return connection.ExecuteScalar(sql);
    }

    private long Number(string sql) => (long)Scalar(sql)!;
}

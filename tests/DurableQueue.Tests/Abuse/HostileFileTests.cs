using System.Security.Cryptography;
using DurableQueue.Tests.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Abuse;

/// <summary>Files that somebody prepared: they say they are queues, and are something else, or bring code of their own.</summary>
public sealed class HostileFileTests : IDisposable
{
    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("DROP TABLE dedup", "dedup")]
    [InlineData("DROP INDEX task_ready", "index task_ready of task (lane_id,rank,position)")]
    [InlineData("ALTER TABLE task RENAME COLUMN token TO bearer", "table task.token INTEGER")]
    [InlineData("ALTER TABLE task RENAME TO hidden; CREATE VIEW task AS SELECT * FROM hidden", "of task")]
    [InlineData("DROP TABLE worker; CREATE TABLE worker (id INTEGER PRIMARY KEY, name BLOB)", "table worker.")]
    [InlineData("DROP INDEX lane_best; CREATE INDEX lane_best ON lane (head_rank) WHERE runnable = 1", "index lane_best of lane")]
    public async Task Open_OurVersionButOtherTables_IsRefusedByNameAndUntouched(string sql, string missing)
    {
        await MakeAsync();
        directory.Execute($"PRAGMA journal_mode = DELETE; {sql}");

        var error = await AssertRefusedAsync();

        Assert.Contains(missing, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-7)]
    public async Task Open_OurMarkWithAVersionThatNeverWas_IsRefusedAndUntouched(int version)
    {
        await MakeAsync();
        directory.Execute($"PRAGMA journal_mode = DELETE; PRAGMA user_version = {version}");

        var error = await AssertRefusedAsync();

        Assert.Contains($"version {version}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OurMarkOnAnEmptyDatabase_IsRefused()
    {
        directory.Execute("PRAGMA application_id = 0x44755175; PRAGMA user_version = 1; CREATE TABLE orders (id INTEGER)");

        await AssertRefusedAsync();
    }

    [Fact]
    public async Task Use_PlantedTriggersAndViews_NeverRun()
    {
        await MakeAsync();
        directory.Execute(
            """
            CREATE TABLE seen (what TEXT);
            CREATE TRIGGER t1 AFTER INSERT ON task BEGIN INSERT INTO seen VALUES ('insert'); DELETE FROM task; END;
            CREATE TRIGGER t2 BEFORE UPDATE ON task BEGIN INSERT INTO seen VALUES ('update'); SELECT RAISE(ABORT, 'gotcha'); END;
            CREATE TRIGGER t3 AFTER UPDATE ON task_group BEGIN INSERT INTO seen VALUES ('group'); END;
            CREATE TRIGGER t4 AFTER DELETE ON task_body BEGIN INSERT INTO seen VALUES ('delete'); END;
            CREATE VIEW tasks AS SELECT load_extension('/tmp/evil.so') FROM task;
            """);

        await using (var queue = await directory.OpenAsync())
        {
            var id = await queue.EnqueueAsync(new NewTask("t", new byte[] { 1 }));
            var tasks = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 10);
            Assert.Equal(2, tasks.Count);
            Assert.True(await queue.CompleteAsync(tasks[0].Lease));
            await queue.Inspector.QueryAsync(new TaskQuery());
            Assert.Equal(1, await queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero)));
            Assert.NotNull(await queue.Inspector.GetAsync(id));
            Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        }

        Assert.Equal(0L, directory.Execute("SELECT count(*) FROM seen"));
    }

    [Theory]
    [InlineData("UPDATE task SET rank = 'text' WHERE id = 1")]
    [InlineData("UPDATE task SET rank = 9223372036854775807; UPDATE lane SET head_rank = 9223372036854775807 WHERE head_task = 1")]
    [InlineData("UPDATE task SET position = 1; UPDATE task SET lane_id = 2 WHERE id = 2; UPDATE lane SET head_task = 1, head_position = 1, head_rank = 0, runnable = 1")]
    [InlineData("UPDATE lane SET runnable = 1, head_task = 77, head_rank = -5, head_position = -5")]
    [InlineData("UPDATE task_group SET parallelism = 1, running = 5")]
    public async Task Checkout_HeadsThatContradictTheTasks_AnswersOrRefusesAndNeverHangs(string sql)
    {
        await using (var queue = await directory.OpenAsync())
        {
            await queue.EnqueueAsync([new NewTask("a"), new NewTask("b"), new NewTask("a"), new NewTask("b")]);
        }

        directory.Execute(sql);
        await using var damaged = await directory.OpenAsync();

        try
        {
            var tasks = await Task.Run(async () => await damaged.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 10)).WaitAsync(QueueDirectory.Limit);
            Assert.InRange(tasks.Count, 0, 4);
        }
        catch (QueueStorageException e)
        {
            Assert.Equal(QueueStorageError.Corrupt, e.Error);
        }

        await damaged.EnqueueAsync(new NewTask("c")).AsTask().WaitAsync(QueueDirectory.Limit);
    }

    [Fact]
    public async Task Settle_DependentsInNoOrder_RefusesAndNeverHangs()
    {
        await using (var queue = await directory.OpenAsync())
        {
            var parent = await queue.EnqueueAsync(new NewTask("a"));
            await queue.EnqueueAsync(new NewTask("b") { After = [parent] });
        }

        directory.Execute("UPDATE task_dependency SET child = 'text'");
        await using var damaged = await directory.OpenAsync();

        var error = await Assert.ThrowsAsync<QueueStorageException>(() => Task.Run(async () => await damaged.Control.CancelAsync(new TaskId(1))).WaitAsync(QueueDirectory.Limit));

        Assert.Equal(QueueStorageError.Corrupt, error.Error);
    }

    [Fact]
    public async Task Edit_TaskThatWaitsForATimeItDoesNotHave_Refuses()
    {
        await MakeAsync();
        directory.Execute($"UPDATE task SET holds = {(int)TaskHolds.NotBefore}, not_before_at_ms = NULL");
        await using var damaged = await directory.OpenAsync();

        var error = await Assert.ThrowsAsync<QueueStorageException>(async () => await damaged.Control.EditAsync(new TaskId(1), new TaskEdit { Group = "other" }));

        Assert.Equal(QueueStorageError.Corrupt, error.Error);
        Assert.Contains("task 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Declare_ScheduleWithoutItsText_Refuses()
    {
        var schedule = new NewSchedule("nightly", "@daily", new NewTask("t"));
        await using (var queue = await directory.OpenAsync())
        {
            await queue.Schedules.AddAsync(schedule);
        }

        // As a damaged page can have it: SQLite itself stores no NULL there.
        directory.Execute("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'definition TEXT NOT NULL', 'definition TEXT         ')");
        directory.Execute("UPDATE schedule SET definition = NULL");
        directory.Execute("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'definition TEXT         ', 'definition TEXT NOT NULL')");
        await using var damaged = await directory.OpenAsync();

        var error = await Assert.ThrowsAsync<QueueStorageException>(async () => await damaged.Schedules.EditAsync("nightly", new ScheduleEdit { Expression = "@hourly" }));

        Assert.Equal(QueueStorageError.Corrupt, error.Error);
        Assert.Contains("definition", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enqueue_BudgetThatCannotBeRead_Refuses()
    {
        await using (var queue = await directory.OpenAsync())
        {
            await queue.Budgets.SetAsync(BudgetTarget.Group("g"), new BudgetPolicy { Cost = CostCap.PerDay(1) });
        }

        // Read beside the operations of the batch, not by one of them.
        directory.Execute("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'cost_unit TEXT NOT NULL', 'cost_unit TEXT') WHERE name = 'budget'");
        directory.Execute("UPDATE budget SET cost_unit = NULL");
        directory.Execute("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'cost_unit TEXT', 'cost_unit TEXT NOT NULL') WHERE name = 'budget'");
        await using var damaged = await directory.OpenAsync();

        var error = await Assert.ThrowsAsync<QueueStorageException>(async () => await damaged.EnqueueAsync(new NewTask("t")));

        Assert.Equal(QueueStorageError.Corrupt, error.Error);
    }

    [Fact]
    public async Task Wait_RowsThatCannotBeRead_LeaveThePollingAlive()
    {
        await using (var queue = await directory.OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask("a") { Delay = TimeSpan.FromHours(1) });
        }

        directory.Execute("UPDATE task SET not_before_at_ms = 'text'");
        await using var damaged = await directory.OpenAsync();
        var signals = damaged.Signals;
        var seen = signals.ReadyVersion;
        await signals.WaitForReadyAsync(seen, CancellationToken.None).WaitAsync(QueueDirectory.Limit);
        directory.Execute("UPDATE task SET not_before_at_ms = NULL, holds = 0");

        // Told again and again while it cannot be read, and after that at a commit of others.
        for (var look = 0; look < 3; look++)
        {
            seen = signals.ReadyVersion;
            var waiting = signals.WaitForReadyAsync(seen, CancellationToken.None);
            directory.Execute("UPDATE task SET label = 'changed'");
            await waiting.WaitAsync(QueueDirectory.Limit);
        }
    }

    [Theory]
    [InlineData("UPDATE task SET enqueued_at_ms = 9223372036854775807")]
    [InlineData("UPDATE task SET enqueued_at_ms = -9223372036854775807, timeout_ms = 9223372036854775807")]
    [InlineData("UPDATE task SET lease_override_ms = 8000000000000000000")]
    [InlineData("UPDATE task_body SET metadata = 'null'")]
    public async Task Read_NumbersBeyondTheCalendar_AreItsEnds(string sql)
    {
        await MakeAsync();
        directory.Execute(sql);
        await using var queue = await directory.OpenAsync();

        Assert.NotNull(await queue.Inspector.GetAsync(new TaskId(1)));
        Assert.NotNull(await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }));
        Assert.NotNull(await queue.Inspector.GetAsync(new TaskId(1)));
    }

    private async Task MakeAsync()
    {
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync(new NewTask("t", new byte[] { 1 }));
    }

    private async Task<QueueStorageException> AssertRefusedAsync()
    {
        var before = SHA256.HashData(await File.ReadAllBytesAsync(directory.FilePath));

        var error = await Assert.ThrowsAsync<QueueStorageException>(async () => await directory.OpenAsync());

        Assert.Equal(QueueStorageError.Corrupt, error.Error);
        Assert.Contains(directory.FilePath, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, SHA256.HashData(await File.ReadAllBytesAsync(directory.FilePath)));
        return error;
    }
}

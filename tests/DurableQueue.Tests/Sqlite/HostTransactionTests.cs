using Dapper;
using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;
using DurableQueue.Tests.Processes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SQLitePCL;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>Enqueueing inside the application's own transaction on the queue's file.</summary>
public sealed class HostTransactionTests : IAsyncLifetime
{
    private readonly QueueDirectory directory = new();
    private SqliteTaskQueue queue = null!;
    private SqliteConnection application = null!;

    public async Task InitializeAsync()
    {
        queue = await directory.OpenAsync();
        application = Connect(directory.FilePath);
        application.Execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT NOT NULL)");
    }

    public async Task DisposeAsync()
    {
        await application.DisposeAsync();
        await queue.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Enqueue_Committed_IsThereWithTheApplicationsRow()
    {
        TaskId id;
        using (var transaction = application.BeginTransaction())
        {
            application.Execute("INSERT INTO orders (item) VALUES ('book')", transaction: transaction);
            id = await queue.EnqueueAsync(new NewTask("ship", "1"u8.ToArray()) { Group = "orders", Label = "a", Priority = 7 }, transaction);

            Assert.Null(await queue.Inspector.GetAsync(id));
            transaction.Commit();
        }

        var task = await queue.Inspector.GetAsync(id);
        Assert.Equal(("ship", "orders", "a", 7, TaskState.Queued), (task!.Type, task.Group, task.Label, task.Priority, task.State));
        Assert.Equal(1, application.ExecuteScalar<int>("SELECT count(*) FROM orders"));
        var leased = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Groups = ["orders"] });
        Assert.Equal(id, leased!.Id);
        Assert.True(await queue.CompleteAsync(leased.Lease));
        await QueueInvariants.CheckAsync(queue, "after the commit");
    }

    [Fact]
    public async Task Enqueue_RolledBack_NeverWas()
    {
        var before = await queue.EnqueueAsync(new NewTask("ship"));
        using (var transaction = application.BeginTransaction())
        {
            application.Execute("INSERT INTO orders (item) VALUES ('book')", transaction: transaction);
            await queue.EnqueueAsync([new NewTask("ship") { Group = "new", DedupKey = "k" }, new NewTask("unknown.type")], transaction);
            transaction.Rollback();
        }

        Assert.Equal(0, application.ExecuteScalar<int>("SELECT count(*) FROM orders"));
        Assert.Equal(1, (await queue.Inspector.CountAsync()).Total.Total);
        Assert.Null(await queue.Groups.GetAsync("new"));
        var (after, created) = await queue.EnqueueOrGetAsync(new NewTask("ship") { DedupKey = "k" });
        Assert.True(created);
        Assert.True(after.Value > before.Value);
        var leased = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 10);
        Assert.Equal([before, after], leased.Select(task => task.Id));
        await QueueInvariants.CheckAsync(queue, "after the rollback");
    }

    [Fact]
    public async Task Enqueue_AroundCallsOfTheQueue_CountsOnWithThem()
    {
        var ids = new List<TaskId>();
        for (var round = 0; round < 5; round++)
        {
            ids.Add(await queue.EnqueueAsync(new NewTask("work") { Group = "g" }));
            using var transaction = application.BeginTransaction();
            ids.Add(await queue.EnqueueAsync(new NewTask("work") { Group = "g" }, transaction));
            ids.Add(await queue.EnqueueAsync(new NewTask("work") { Group = "g" }, transaction));
            transaction.Commit();
        }

        Assert.Equal(ids.Order(), ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        var leased = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 100);
        Assert.Equal(ids, leased.Select(task => task.Id));
        await QueueInvariants.CheckAsync(queue, "both ways in turn");
    }

    [Fact]
    public async Task Enqueue_HigherPriority_IsTheHeadOfTheLaneAfterTheCommit()
    {
        await queue.EnqueueAsync(new NewTask("work"));
        using var transaction = application.BeginTransaction();
        var urgent = await queue.EnqueueAsync(new NewTask("work") { Priority = 5 }, transaction);
        transaction.Commit();

        Assert.Equal(urgent, (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))!.Id);
    }

    [Fact]
    public async Task Enqueue_Many_DependOnEachOtherAndOnStoredTasks()
    {
        var parent = await queue.EnqueueAsync(new NewTask("parent"));
        IReadOnlyList<TaskId> ids;
        using (var transaction = application.BeginTransaction())
        {
            ids = await queue.EnqueueAsync(
                [new NewTask("child") { After = [parent] }, new NewTask("grandchild") { After = [TaskDependency.OnItem(0)] }], transaction);
            transaction.Commit();
        }

        foreach (var expected in (TaskId[])[parent, ids[0], ids[1]])
        {
            var leased = Assert.Single(await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 10));
            Assert.Equal(expected, leased.Id);
            Assert.True(await queue.CompleteAsync(leased.Lease));
        }

        await QueueInvariants.CheckAsync(queue, "dependencies");
    }

    [Fact]
    public async Task Enqueue_DependencyThatFailed_SettlesInTheTransaction()
    {
        var parent = await queue.EnqueueAsync(new NewTask("parent"));
        await queue.Control.CancelAsync(parent, null);
        using var transaction = application.BeginTransaction();
        var child = await queue.EnqueueAsync(new NewTask("child") { After = [parent] }, transaction);
        transaction.Commit();

        Assert.Equal(TaskOutcome.DependencyFailed, (await queue.Inspector.GetAsync(child))!.Outcome);
        await QueueInvariants.CheckAsync(queue, "broken at once");
    }

    [Fact]
    public async Task Enqueue_KeyOfACommittedTask_GivesThatTask()
    {
        var first = await queue.EnqueueAsync(new NewTask("work") { DedupKey = "k" });
        using var transaction = application.BeginTransaction();

        var again = await queue.EnqueueAsync(new NewTask("work") { DedupKey = "k" }, transaction);
        var ownKey = await queue.EnqueueAsync(new NewTask("work") { DedupKey = "l" }, transaction);
        var ownAgain = await queue.EnqueueAsync(new NewTask("work") { DedupKey = "l" }, transaction);
        transaction.Commit();

        Assert.Equal(first, again);
        Assert.Equal(ownKey, ownAgain);
        Assert.Equal(2, (await queue.Inspector.CountAsync()).Total.Total);
    }

    [Theory]
    [InlineData("not a name", 0)]
    [InlineData("work", 999)]
    public async Task Enqueue_Refused_LeavesTheTransactionUsable(string type, long after)
    {
        using var transaction = application.BeginTransaction();
        application.Execute("INSERT INTO orders (item) VALUES ('book')", transaction: transaction);
        var first = await queue.EnqueueAsync(new NewTask("work"), transaction);

        await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync(
            [new NewTask("work"), new NewTask(type) { After = after == 0 ? [] : [new TaskId(after)] }], transaction));

        var second = await queue.EnqueueAsync(new NewTask("work"), transaction);
        transaction.Commit();
        Assert.Equal([first, second], (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 10)).Select(task => task.Id));
        Assert.Equal(1, application.ExecuteScalar<int>("SELECT count(*) FROM orders"));
        await QueueInvariants.CheckAsync(queue, "after a refusal");
    }

    [Fact]
    public async Task Enqueue_StorageErrorHalfWay_IsUndone_AndTheTransactionGoesOn()
    {
        application.Execute("CREATE TRIGGER stop BEFORE INSERT ON task_body BEGIN SELECT RAISE(ABORT, 'no bodies'); END");
        using var transaction = application.BeginTransaction();
        application.Execute("INSERT INTO orders (item) VALUES ('book')", transaction: transaction);

        var error = await Assert.ThrowsAsync<QueueStorageException>(
            async () => await queue.EnqueueAsync([new NewTask("work"), new NewTask("work", "x"u8.ToArray())], transaction));

        Assert.Contains("no bodies", error.Message, StringComparison.Ordinal);
        var kept = await queue.EnqueueAsync(new NewTask("work"), transaction);
        transaction.Commit();
        application.Execute("DROP TRIGGER stop");
        Assert.Equal(kept, Assert.Single(await QueueInvariants.CheckAsync(queue, "after a storage error")).Key);
        Assert.Equal(1, application.ExecuteScalar<int>("SELECT count(*) FROM orders"));
    }

    [Fact]
    public async Task Enqueue_ErrorThatEndsTheTransaction_SaysSo()
    {
        application.Execute("CREATE TRIGGER stop BEFORE INSERT ON task_body BEGIN SELECT RAISE(ROLLBACK, 'no bodies'); END");
        using (var transaction = application.BeginTransaction())
        {
            application.Execute("INSERT INTO orders (item) VALUES ('book')", transaction: transaction);

            var error = await Assert.ThrowsAsync<QueueStorageException>(
                async () => await queue.EnqueueAsync(new NewTask("work", "x"u8.ToArray()), transaction));

            Assert.Contains("rolled it back", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, application.ExecuteScalar<int>("SELECT count(*) FROM orders"));
        Assert.Empty(await QueueInvariants.CheckAsync(queue, "after SQLite's own rollback"));
    }

    [Fact]
    public async Task Enqueue_OnAnotherFile_IsRefused()
    {
        using var other = Connect(directory.FilePath + ".other");
        using var transaction = other.BeginTransaction();

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync(new NewTask("work"), transaction));

        Assert.Equal("transaction", error.ParamName);
        Assert.Contains(".other", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enqueue_OnAMemoryDatabase_IsRefused()
    {
        using var other = Connect(":memory:");
        using var transaction = other.BeginTransaction();

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync(new NewTask("work"), transaction));

        Assert.Contains("no file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enqueue_FileByAnotherName_IsTheSameFile()
    {
        var link = directory.FilePath + ".link";
        File.CreateSymbolicLink(link, directory.FilePath);
        using var linked = Connect(link);
        using var transaction = linked.BeginTransaction();

        var id = await queue.EnqueueAsync(new NewTask("work"), transaction);
        transaction.Commit();

        Assert.NotNull(await queue.Inspector.GetAsync(id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Enqueue_DeferredWithoutAWrite_IsRefused_AndWorksAfterOne(bool read)
    {
        using var transaction = application.BeginTransaction(deferred: true);
        if (read)
        {
            application.ExecuteScalar<int>("SELECT count(*) FROM orders", transaction: transaction);
        }

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync(new NewTask("work"), transaction));

        Assert.Equal("transaction", error.ParamName);
        Assert.Contains("deferred", error.Message, StringComparison.Ordinal);
        application.Execute("INSERT INTO orders (item) VALUES ('book')", transaction: transaction);
        await queue.EnqueueAsync(new NewTask("work"), transaction);
        transaction.Commit();
        Assert.Equal(1, (await queue.Inspector.CountAsync()).Total.Queued);
    }

    [Fact]
    public async Task Enqueue_DeferredWhileAnotherWrites_IsRefusedAtOnce()
    {
        using var other = Connect(directory.FilePath);
        using var holding = other.BeginTransaction();
        using var transaction = application.BeginTransaction(deferred: true);

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync(new NewTask("work"), transaction));

        Assert.Contains("deferred", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Enqueue_TransactionHasEnded_IsRefused(bool commit)
    {
        using var transaction = application.BeginTransaction();
        if (commit)
        {
            transaction.Commit();
        }
        else
        {
            application.Execute("ROLLBACK", transaction: transaction);
        }

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync(new NewTask("work"), transaction));

        Assert.Contains("ended", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enqueue_NewerSchema_IsRefused()
    {
        using var transaction = application.BeginTransaction();
        application.Execute($"PRAGMA user_version = {Migrations.Latest + 1}", transaction: transaction);

        var error = await Assert.ThrowsAsync<QueueStorageException>(async () => await queue.EnqueueAsync(new NewTask("work"), transaction));

        Assert.Equal(QueueStorageError.NewerSchema, error.Error);
    }

    [Fact]
    public async Task Enqueue_TemporaryTableHidesOurs_IsRefused()
    {
        application.Execute("CREATE TEMP TABLE Task (x)");
        using var transaction = application.BeginTransaction();

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync(new NewTask("work"), transaction));

        Assert.Contains("Task", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enqueue_AfterTheQueueWasDisposed_IsRefused()
    {
        await queue.DisposeAsync();
        using var transaction = application.BeginTransaction();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await queue.EnqueueAsync(new NewTask("work"), transaction));
    }

    [Fact]
    public async Task Enqueue_Cancelled_WritesNothing()
    {
        using var transaction = application.BeginTransaction();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await queue.EnqueueAsync(new NewTask("work"), transaction, new CancellationToken(canceled: true)));

        transaction.Commit();
        Assert.Equal(0, (await queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Enqueue_LeavesCheckpointsToTheQueue_AndNoStatementOpen()
    {
        using (var transaction = application.BeginTransaction())
        {
            await queue.EnqueueAsync(new NewTask("work", "x"u8.ToArray()), transaction);

            // A statement left open would make this, and the commit, fail.
            Assert.Null(NextStatement(application.Handle!));
            transaction.Commit();
        }

        Assert.Equal(0, application.ExecuteScalar<int>("PRAGMA wal_autocheckpoint"));
    }

    [Fact]
    public async Task Commit_WakesWhoWaits_ThoughTheQueuesClockStandsStill()
    {
        var signals = (IWorkSignals)queue;
        var found = Task.Run(async () =>
        {
            while (true)
            {
                var seen = signals.ReadyVersion;
                if (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }) is { } task)
                {
                    return task.Id;
                }

                await signals.WaitForReadyAsync(seen, CancellationToken.None);
            }
        });
        using var transaction = application.BeginTransaction();
        var id = await queue.EnqueueAsync(new NewTask("work"), transaction);
        Assert.False(found.IsCompleted);

        transaction.Commit();

        Assert.Equal(id, await found.WaitAsync(QueueDirectory.Limit));
    }

    [Fact]
    public void Run_CountsForTheQueuesNextCheckpoint()
    {
        using var db = new QueueFile(directory.FilePath, new SqliteQueueOptions()).OpenWriter();
        var checkpoints = new Checkpoints(db, NullLogger.Instance);
        var process = ProcessIdentity.Current();
        var transactions = new HostTransactions(db, checkpoints, connection => new WriteSession(connection, directory.Time, process, "test"), _ => { });
        var rules = new NewTaskRules(maxPayloadBytes: 0, directory.Time);
        Assert.False(checkpoints.LookForIdle());

        Store(1);
        Assert.False(checkpoints.LookForIdle());
        Assert.True(checkpoints.LookForIdle());
        checkpoints.RunIfDue();
        Assert.False(checkpoints.IsDue);
        Store(2_000);
        Assert.True(checkpoints.IsDue);

        void Store(int tasks)
        {
            using var transaction = application.BeginTransaction();
            transactions.Run(new EnqueueTasks(rules.CheckAll([.. Enumerable.Repeat(new NewTask("work"), tasks)])), transaction).AsTask();
            transaction.Commit();
        }
    }

    [Fact]
    public async Task PlainCall_InsideAnOpenTransaction_IsBusyAndNamesTheCause()
    {
        await queue.DisposeAsync();
        queue = await directory.OpenAsync(busyTimeout: TimeSpan.FromMilliseconds(200));
        using var transaction = application.BeginTransaction();
        await queue.EnqueueAsync(new NewTask("work"), transaction);

        var error = await Assert.ThrowsAsync<QueueStorageException>(
            async () => await queue.EnqueueAsync(new NewTask("work")).AsTask().WaitAsync(QueueDirectory.Limit));

        Assert.Equal(QueueStorageError.Busy, error.Error);
        Assert.Contains("transaction of this process", error.Message, StringComparison.Ordinal);
        transaction.Commit();
        Assert.Equal(1, (await queue.Inspector.CountAsync()).Total.Queued);
    }

    private static sqlite3_stmt? NextStatement(sqlite3 handle) => raw.sqlite3_next_stmt(handle, null);

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }
}

using System.Data;
using System.Data.Common;
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

            Assert.Contains("rolled back everything", error.Message, StringComparison.Ordinal);
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
    public async Task Enqueue_TransactionOfAnotherProvider_NamesBoth()
    {
        using var other = new OtherTransaction();

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync(new NewTask("work"), other));

        Assert.Equal("transaction", error.ParamName);
        Assert.Contains(typeof(OtherTransaction).FullName!, error.Message, StringComparison.Ordinal);
        Assert.Contains("Microsoft.Data.Sqlite.SqliteTransaction", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enqueue_OnAMemoryDatabase_IsRefused()
    {
        using var other = Connect(":memory:");
        using var transaction = other.BeginTransaction();

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync(new NewTask("work"), transaction));

        Assert.Contains("not a file", error.Message, StringComparison.Ordinal);
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
        var signals = queue.Signals;
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
        var file = new QueueFile(directory.FilePath, new SqliteQueueOptions());
        using var fileLock = new FileLock(file.Paths.Lock);
        using var db = file.OpenWriter();
        var place = new FilePresence(file.Paths, fileLock, NullLogger.Instance);
        var checkpoints = new Checkpoints(db, place, NullLogger.Instance);
        var transactions = new HostTransactions(db, checkpoints, place, connection => TestContexts.Of(connection, directory.Time), _ => { });
        var rules = new NewTaskRules(maxPayloadBytes: 0, directory.Time);
        Assert.False(checkpoints.CheckForIdle());

        Store(1);
        Assert.False(checkpoints.CheckForIdle());
        Assert.True(checkpoints.CheckForIdle());
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

    private sealed class OtherTransaction : DbTransaction
    {
        public override IsolationLevel IsolationLevel => IsolationLevel.Serializable;

        protected override DbConnection? DbConnection => null;

        public override void Commit()
        {
        }

        public override void Rollback()
        {
        }
    }
}

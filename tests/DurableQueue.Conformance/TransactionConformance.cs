using System.Data.Common;
using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Enqueueing inside a transaction of the application on the queue's own store.</summary>
public abstract class TransactionConformance : ConformanceTest
{
    [Fact]
    public async Task Enqueue_Committed_IsThereWithTheApplicationsRow()
    {
        await using var application = await ConnectAsync();
        TaskId id;
        await using (var transaction = await application.BeginTransactionAsync())
        {
            await InsertAsync(application, transaction);
            id = await Queue.EnqueueAsync(new NewTask("ship", Utf8("1")) { Group = "orders", Label = "a", Priority = 7 }, transaction);

            Assert.Null(await Queue.Inspector.GetAsync(id));
            await transaction.CommitAsync();
        }

        var task = await GetAsync(id);
        Assert.Equal(("ship", "orders", "a", 7, TaskState.Queued), (task.Type, task.Group, task.Label, task.Priority, task.State));
        Assert.Equal("1"u8.ToArray(), (await Queue.Inspector.GetPayloadAsync(id)).ToArray());
        Assert.Equal(1, await CountAsync(application));
        var leased = await Queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Groups = ["orders"] });
        Assert.Equal(id, leased!.Id);
        Assert.True(await Queue.CompleteAsync(leased.Lease));
    }

    [Fact]
    public async Task Enqueue_RolledBack_NeverWas()
    {
        var before = await Queue.EnqueueAsync(new NewTask("ship"));
        await using var application = await ConnectAsync();
        await using (var transaction = await application.BeginTransactionAsync())
        {
            await InsertAsync(application, transaction);
            await Queue.EnqueueAsync([new NewTask("ship") { Group = "new", DedupKey = "k" }, new NewTask("unknown.type")], transaction);
            await transaction.RollbackAsync();
        }

        Assert.Equal(0, await CountAsync(application));
        Assert.Equal(1, (await Queue.Inspector.CountAsync()).Total.Total);
        Assert.Null(await Queue.Groups.GetAsync("new"));
        var (after, created) = await Queue.EnqueueOrGetAsync(new NewTask("ship") { DedupKey = "k" });
        Assert.True(created);
        Assert.True(after.Value > before.Value);
        Assert.Equal([before, after], (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Enqueue_AroundCallsOfTheQueue_CountsOnWithThem()
    {
        await using var application = await ConnectAsync();
        var ids = new List<TaskId>();
        for (var round = 0; round < 5; round++)
        {
            ids.Add(await Queue.EnqueueAsync(new NewTask("work") { Group = "g" }));
            await using var transaction = await application.BeginTransactionAsync();
            ids.Add(await Queue.EnqueueAsync(new NewTask("work") { Group = "g" }, transaction));
            ids.Add(await Queue.EnqueueAsync(new NewTask("work") { Group = "g" }, transaction));
            await transaction.CommitAsync();
        }

        Assert.Equal(ids.Order(), ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal(ids, (await Queue.CheckoutAsync(Worker(), 100)).Select(task => task.Id));
    }

    [Fact]
    public async Task Enqueue_HigherPriority_IsTheHeadOfTheLaneAfterTheCommit()
    {
        await Queue.EnqueueAsync(new NewTask("work"));
        await using var application = await ConnectAsync();
        await using var transaction = await application.BeginTransactionAsync();
        var urgent = await Queue.EnqueueAsync(new NewTask("work") { Priority = 5 }, transaction);
        await transaction.CommitAsync();

        Assert.Equal(urgent, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Enqueue_Many_DependOnEachOtherAndOnStoredTasks()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        await using var application = await ConnectAsync();
        IReadOnlyList<TaskId> ids;
        await using (var transaction = await application.BeginTransactionAsync())
        {
            ids = await Queue.EnqueueAsync(
                [new NewTask("child") { After = [parent] }, new NewTask("grandchild") { After = [TaskDependency.OnItem(0)] }], transaction);
            await transaction.CommitAsync();
        }

        foreach (var expected in (TaskId[])[parent, ids[0], ids[1]])
        {
            var leased = Assert.Single(await Queue.CheckoutAsync(Worker(), 10));
            Assert.Equal(expected, leased.Id);
            Assert.True(await Queue.CompleteAsync(leased.Lease));
        }
    }

    [Fact]
    public async Task Enqueue_DependencyThatFailed_SettlesInTheTransaction()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        await Queue.Control.CancelAsync(parent, null);
        await using var application = await ConnectAsync();
        await using var transaction = await application.BeginTransactionAsync();
        var child = await Queue.EnqueueAsync(new NewTask("child") { After = [parent] }, transaction);
        await transaction.CommitAsync();

        Assert.Equal(TaskOutcome.DependencyFailed, (await GetAsync(child)).Outcome);
    }

    [Fact]
    public async Task Enqueue_KeyOfACommittedTask_GivesThatTask()
    {
        var first = await Queue.EnqueueAsync(new NewTask("work") { DedupKey = "k" });
        await using var application = await ConnectAsync();
        await using var transaction = await application.BeginTransactionAsync();

        var again = await Queue.EnqueueAsync(new NewTask("work") { DedupKey = "k" }, transaction);
        var ownKey = await Queue.EnqueueAsync(new NewTask("work") { DedupKey = "l" }, transaction);
        var ownAgain = await Queue.EnqueueAsync(new NewTask("work") { DedupKey = "l" }, transaction);
        await transaction.CommitAsync();

        Assert.Equal(first, again);
        Assert.Equal(ownKey, ownAgain);
        Assert.Equal(2, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Enqueue_PayloadAsAnObject_IsWrittenAsJson()
    {
        await using var application = await ConnectAsync();
        await using var transaction = await application.BeginTransactionAsync();
        var id = await Queue.EnqueueAsync("bill", new { Item = "book" }, transaction, task => task with { Priority = 3 });
        await transaction.CommitAsync();

        Assert.Equal(("bill", 3), ((await GetAsync(id)).Type, (await GetAsync(id)).Priority));
        Assert.Equal("""{"item":"book"}"""u8.ToArray(), (await Queue.Inspector.GetPayloadAsync(id)).ToArray());
    }

    [Theory]
    [InlineData("not a name", 0)]
    [InlineData("work", 999)]
    public async Task Enqueue_Refused_LeavesTheTransactionUsable(string type, long after)
    {
        await using var application = await ConnectAsync();
        await using var transaction = await application.BeginTransactionAsync();
        await InsertAsync(application, transaction);
        var first = await Queue.EnqueueAsync(new NewTask("work"), transaction);

        await Assert.ThrowsAsync<ArgumentException>(async () => await Queue.EnqueueAsync(
            [new NewTask("work"), new NewTask(type) { After = after == 0 ? [] : [new TaskId(after)] }], transaction));

        var second = await Queue.EnqueueAsync(new NewTask("work"), transaction);
        await transaction.CommitAsync();
        Assert.Equal([first, second], (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
        Assert.Equal(1, await CountAsync(application));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Enqueue_TransactionHasEnded_IsRefused(bool commit)
    {
        await using var application = await ConnectAsync();
        await using var transaction = await application.BeginTransactionAsync();
        await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await Queue.EnqueueAsync(new NewTask("work"), transaction));

        Assert.Equal("transaction", error.ParamName);
    }

    [Fact]
    public async Task Enqueue_NoTransaction_IsRefused()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Queue.EnqueueAsync(new NewTask("work"), (DbTransaction)null!));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Queue.EnqueueAsync([new NewTask("work")], (DbTransaction)null!));
    }

    [Fact]
    public async Task Enqueue_AfterTheQueueWasDisposed_IsRefused()
    {
        await using var application = await ConnectAsync();
        await Queue.DisposeAsync();
        await using var transaction = await application.BeginTransactionAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Queue.EnqueueAsync(new NewTask("work"), transaction));
    }

    [Fact]
    public async Task Enqueue_TokenCancelledBefore_WritesNothing()
    {
        await using var application = await ConnectAsync();
        await using var transaction = await application.BeginTransactionAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Queue.EnqueueAsync(new NewTask("work"), transaction, new CancellationToken(canceled: true)));

        await transaction.CommitAsync();
        Assert.Equal(0, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    /// <summary>Opens a connection of the application, with a table of its own.</summary>
    private async Task<DbConnection> ConnectAsync()
    {
        var connection = await Fixture.ConnectAsync();
        await ExecuteAsync(connection, null, "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT NOT NULL)");
        return connection;
    }

    private static Task InsertAsync(DbConnection connection, DbTransaction transaction) =>
        ExecuteAsync(connection, transaction, "INSERT INTO orders (id, item) VALUES (1, 'book')");

    private static async Task<long> CountAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM orders";
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(DbConnection connection, DbTransaction? transaction, string sql)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Called with constants only.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}

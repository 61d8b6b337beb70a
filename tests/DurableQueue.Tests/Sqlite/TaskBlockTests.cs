using DurableQueue.Conformance;
using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Sqlite.Operations;
using SQLitePCL;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>Unfinished and checked-out tasks are found by blocks of ids, and leases that expire too.</summary>
public sealed class TaskBlockTests : IDisposable
{
    private static readonly CheckoutRequest Request = new() { Worker = "w", LeaseDuration = TimeSpan.FromMinutes(1) };

    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData(TaskOrder.Enqueued, null)]
    [InlineData(TaskOrder.EnqueuedDescending, null)]
    [InlineData(TaskOrder.Enqueued, TaskState.CheckedOut)]
    [InlineData(TaskOrder.EnqueuedDescending, TaskState.CheckedOut)]
    public async Task Query_UnfinishedAmongFinished_GivesEachOnceInOrder(TaskOrder order, TaskState? only)
    {
        await using var queue = await directory.OpenAsync();
        await FillAsync(queue, tasks: 200, work => work % 3 == 0);
        var running = await queue.CheckoutAsync(Request, 70);
        var expected = only is null ? Enumerable.Range(1, 200).Where(id => id % 3 != 0).Select(id => new TaskId(id)) : running.Select(task => task.Id);

        var found = new List<TaskId>();
        TaskCursor? cursor = null;
        do
        {
            var page = await queue.Inspector.QueryAsync(new TaskQuery
            {
                Order = order,
                States = only is { } state ? [state] : [TaskState.Queued, TaskState.CheckedOut],
                Limit = 7,
                Cursor = cursor,
            });
            found.AddRange(page.Tasks.Select(task => task.Id));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(order == TaskOrder.Enqueued ? expected : expected.Reverse(), found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("status in (queued, running)")]
    public async Task Query_PageOfUnfinished_CostsTheSameInALongFile(string words)
    {
        await using var queue = await directory.OpenAsync();
        await FillAsync(queue, tasks: 400, work => work % 2 == 0);
        var first = StepsOfPage(words);
        await FillAsync(queue, tasks: 3_000, work => work % 2 == 0);

        Assert.InRange(StepsOfPage(words), 1, first + (first / 10));
    }

    [Fact]
    public async Task Blocks_EverythingEnded_HaveNoRowsLeft()
    {
        await using var queue = await directory.OpenAsync();
        await FillAsync(queue, tasks: 130, _ => false);
        Assert.Equal("0:63:0,1:64:0,2:3:0", Blocks());
        await FillAsync(queue, tasks: 0, _ => true);
        var cancelled = await queue.EnqueueAsync(new NewTask("t") { Stashed = true });
        await queue.Control.CancelAsync(cancelled);
        var removed = await queue.EnqueueAsync(new NewTask("t") { Stashed = true });
        await queue.Control.RemoveAsync([removed]);

        Assert.Equal(DBNull.Value, Blocks());
        await queue.Control.RetryAsync(cancelled);
        Assert.Equal("2:1:0", Blocks());
        Assert.NotNull(await queue.CheckoutAsync(Request));
        Assert.Equal("2:1:1", Blocks());
    }

    [Fact]
    public async Task Reap_LeasesOfManyBlocks_TakesAllOfThemBack()
    {
        await using var queue = await directory.OpenAsync();
        await FillAsync(queue, tasks: 1_000, _ => false);
        await queue.CheckoutAsync(Request, 1_000);
        directory.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(1_000, await queue.ReapExpiredAsync());
    }

    [Fact]
    public async Task Checkout_OneExpiredLeaseInEachOfManyBlocks_TakesAllOfThemBack()
    {
        await using var queue = await directory.OpenAsync();
        await FillAsync(queue, tasks: 64 * 20, id => id % 64 != 0);
        await queue.CheckoutAsync(Request, 20);
        directory.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(20, (await queue.CheckoutAsync(Request, 100)).Count);
    }

    [Fact]
    public async Task Checkout_ManyExpiredLeases_TakesBackSoManyThatOthersNeedNotWaitLong()
    {
        await using var queue = await directory.OpenAsync();
        await FillAsync(queue, tasks: 1_000, _ => false);
        await queue.CheckoutAsync(Request, 1_000);
        directory.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.InRange((await queue.CheckoutAsync(Request, 1_000)).Count, 500, 563);
    }

    [Fact]
    public async Task Reap_LeaseWasRenewed_LooksAgainWhenItExpires()
    {
        await using var queue = await directory.OpenAsync();
        await FillAsync(queue, tasks: 2, _ => false);
        var tasks = await queue.CheckoutAsync(Request, 2);
        directory.Time.Advance(TimeSpan.FromSeconds(40));
        await queue.HeartbeatAsync(tasks[0].Lease);
        directory.Time.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(1, await queue.ReapExpiredAsync());
        Assert.Equal((await queue.Inspector.GetAsync(tasks[0].Id))!.LeaseExpiresAt!.Value.ToUnixTimeMilliseconds(), directory.Execute("SELECT expires_at_ms FROM task_block"));
        directory.Time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(1, await queue.ReapExpiredAsync());
    }

    [Fact]
    public async Task Reap_ClockSetBackAndLeaseRenewed_TakesItBackByTheNewTime()
    {
        await using var queue = await directory.OpenAsync();
        await FillAsync(queue, tasks: 1, _ => false);
        var task = await queue.CheckoutAsync(Request);
        directory.Time.JumpWallClock(-TimeSpan.FromHours(1));
        await queue.HeartbeatAsync(task!.Lease);

        // Read from the file, as by another process.
        await using var other = await directory.OpenAsync();
        directory.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(1, await other.ReapExpiredAsync());
    }

    /// <summary>Both in one transaction, so that the number of checked-out tasks is as before.</summary>
    [Fact]
    public void Reap_AdoptedAttemptMadeWayForAnotherOne_HasItsExpiry()
    {
        Batteries_V2.Init();
        var file = new QueueFile(directory.FilePath, new SqliteQueueOptions());
        file.Create();
        using var db = file.OpenWriter();
        Migrations.Apply(db);
        var context = TestContexts.Of(db, directory.Time);
        var rules = new NewTaskRules(1_000, directory.Time);
        Run(db, context, new EnqueueTasks([rules.CheckOne(new NewTask("t"))]));
        var adopted = new CheckoutTasks(Request with { AdoptedTypes = ["t"] }, 1);
        Run(db, context, adopted);
        Assert.Null(db["SELECT expires_at_ms FROM task_block"].Scalar());

        Run(db, context, new ReleaseTask(Answer(adopted)[0].Lease, 0), new CheckoutTasks(Request, 1));

        Assert.Equal(directory.Time.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds(), db["SELECT expires_at_ms FROM task_block"].Scalar());
    }

    private static void Run(WriteConnection db, WriteContext context, params WriteOperation[] operations)
    {
        db.Execute("BEGIN IMMEDIATE");
        context.Begin();
        foreach (var operation in operations)
        {
            operation.Apply(context);
        }

        context.Flush();
        db.Execute("COMMIT");
        foreach (var operation in operations)
        {
            operation.CompleteCall();
        }
    }

    private static TResult Answer<TResult>(WriteOperation<TResult> operation)
    {
        Assert.True(operation.Answer.IsCompletedSuccessfully);
        return operation.Answer.GetAwaiter().GetResult();
    }

    /// <summary>Enqueues tasks and ends some of those that are ready.</summary>
    private static async Task FillAsync(SqliteTaskQueue queue, int tasks, Func<long, bool> isDone)
    {
        if (tasks > 0)
        {
            await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("t"), tasks)]);
        }

        var taken = await queue.CheckoutAsync(Request, 5_000);
        await Task.WhenAll(taken.Where(task => isDone(task.Id.Value)).Select(task => queue.CompleteAsync(task.Lease).AsTask()));
        await Task.WhenAll(taken.Where(task => !isDone(task.Id.Value)).Select(task => queue.ReleaseAsync(task.Lease).AsTask()));
    }

    private object? Blocks() => directory.Execute("SELECT group_concat(id || ':' || unfinished || ':' || checked_out) FROM (SELECT * FROM task_block ORDER BY id)");

    /// <summary>How many steps SQLite's virtual machine makes for one page.</summary>
    private int StepsOfPage(string words)
    {
        using var connection = new QueueFile(directory.FilePath, new SqliteQueueOptions()).OpenReader();
        var query = new TaskQuery { States = [TaskState.Queued], Limit = 50, Filter = words.Length == 0 ? null : TaskFilter.Parse(words, TimeProvider.System, TimeZoneInfo.Utc) };
        TaskQueries.Run(connection, query, 0);
        var steps = 0;
        delegate_progress count = _ =>
        {
            steps++;
            return 0;
        };
        raw.sqlite3_progress_handler(connection.Handle!, 1, count, null);
        TaskQueries.Run(connection, query, 0);
        raw.sqlite3_progress_handler(connection.Handle!, 0, (delegate_progress?)null, null);
        return steps;
    }
}

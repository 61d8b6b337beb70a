using DurableQueue.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>New tasks are written many by one statement: those of one list, and those of calls that meet in one batch.</summary>
public sealed class EnqueueBatchTests : BatchTest
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(21)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(150)]
    public async Task Enqueue_List_StoresEachTaskAsItWasGiven(int count)
    {
        var given = Enumerable.Range(0, count).Select(Varied).ToArray();

        var ids = await Queue.EnqueueAsync(given);

        await AssertStoredAsync(ids, given);
    }

    [Fact]
    public async Task Enqueue_CallsOfOneBatch_EachGetsTheIdsOfItsOwnTasks()
    {
        var given = Enumerable.Range(0, 150).Select(Varied).ToArray();
        FileLock.Enter();
        var calls = given.Chunk(3).Select(chunk => chunk.Length > 2 && chunk[0].Priority % 2 == 0
            ? [Queue.EnqueueAsync(chunk).AsTask()]
            : chunk.Select(async task => (IReadOnlyList<TaskId>)[await Queue.EnqueueAsync(task)])).SelectMany(call => call).ToArray();
        FileLock.Exit();

        var ids = (await Task.WhenAll(calls).WaitAsync(QueueDirectory.Limit)).SelectMany(answer => answer).ToArray();

        Assert.Equal(ids.Order(), ids);
        await AssertStoredAsync(ids, given);
    }

    [Fact]
    public async Task Enqueue_CallsOfOneBatchAndOneIsAMistake_CostsOnlyThatCall()
    {
        FileLock.Enter();
        var before = Queue.EnqueueAsync(new NewTask("a")).AsTask();
        var mistake = Queue.EnqueueAsync(new NewTask("a") { After = [new TaskId(1_000)] }).AsTask();
        var after = Queue.EnqueueAsync(new NewTask("a")).AsTask();
        FileLock.Exit();

        await Assert.ThrowsAsync<ArgumentException>(() => mistake.WaitAsync(QueueDirectory.Limit));
        await AssertStoredAsync([await before.WaitAsync(QueueDirectory.Limit), await after.WaitAsync(QueueDirectory.Limit)], [new NewTask("a"), new NewTask("a")]);
        Assert.Equal(2, (await Queue.Inspector.QueryAsync(new TaskQuery())).Tasks.Count);
    }

    [Fact]
    public async Task Enqueue_CallsOfOneBatchAndOneWaitsForAnother_FindsIt()
    {
        var first = await Queue.EnqueueAsync(new NewTask("a"));
        FileLock.Enter();
        var parent = Queue.EnqueueAsync(new NewTask("a")).AsTask();
        var child = Queue.EnqueueAsync(new NewTask("b") { After = [new TaskId(first.Value + 1)] }).AsTask();
        FileLock.Exit();

        Assert.Equal(first.Value + 1, (await parent.WaitAsync(QueueDirectory.Limit)).Value);
        Assert.Equal(TaskHolds.Dependencies, (await Queue.Inspector.GetAsync(await child.WaitAsync(QueueDirectory.Limit)))!.Holds);
    }

    [Fact]
    public async Task Enqueue_CallsOfOneBatchAndAnIdIsTakenInADamagedFile_CostsOnlyTheCallsThatGetIt()
    {
        var first = await Queue.EnqueueAsync(new NewTask("a"));
        Files.Execute($"INSERT INTO task_body (id) VALUES ({first.Value + 3})");
        FileLock.Enter();
        var calls = Enumerable.Range(0, 4).Select(i => Queue.EnqueueAsync(new NewTask("a", new byte[] { (byte)i })).AsTask()).ToArray();
        FileLock.Exit();

        var failed = await Assert.ThrowsAsync<QueueStorageException>(() => calls[2].WaitAsync(QueueDirectory.Limit));

        Assert.Contains("task_body.id", failed.Message, StringComparison.Ordinal);
        Assert.Equal([first.Value + 1, first.Value + 2], [(await calls[0]).Value, (await calls[1]).Value]);
    }

    private static NewTask Varied(int number) => new(number % 3 == 0 ? "a" : "b", new byte[number % 5 * 7_000])
    {
        Group = $"g{number % 2}",
        Priority = number % 7,
        MaxAttempts = 1 + (number % 4),
        Label = number % 11 == 5 ? $"label {number}" : null,
    };

    private async Task AssertStoredAsync(IReadOnlyList<TaskId> ids, NewTask[] given)
    {
        Assert.Equal(given.Length, ids.Distinct().Count());
        for (var i = 0; i < given.Length; i++)
        {
            var stored = (await Queue.Inspector.GetAsync(ids[i]))!;
            Assert.Equal(
                (given[i].Type, given[i].Group, given[i].Priority, given[i].MaxAttempts, given[i].Label, TaskHolds.None),
                (stored.Type, stored.Group, stored.Priority, stored.MaxAttempts, stored.Label, stored.Holds));
            Assert.Equal(given[i].Payload.Length, (await Queue.Inspector.GetPayloadAsync(ids[i])).Length);
        }
    }
}

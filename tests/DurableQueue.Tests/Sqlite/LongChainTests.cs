using Xunit;

namespace DurableQueue.Tests.Sqlite;

public sealed class LongChainTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Cancel_RootOfAChainOf100000_SettlesInChunks_AndOthersGetTheirTurn()
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(Path.Combine(directory.FullName, "queue.db"), new SqliteQueueOptions { Durability = Durability.Normal });
        var root = await EnqueueChainAsync(queue, lists: 10, length: 10_000);

        await queue.Control.CancelAsync(root);
        var settled = queue.Inspector.WaitAsync(TaskSelector.ByGroup("chain")).AsTask();
        var turns = 0;
        while (!settled.IsCompleted)
        {
            await queue.EnqueueAsync(new NewTask("other") { Group = "other" });
            turns++;
        }

        await settled.WaitAsync(Limit);
        var counts = (await queue.Inspector.CountAsync())["chain"];
        Assert.Equal(new StateCounts(0, 0, 0, 99_999, 1), counts);
        Assert.True(turns >= 20, $"Others had {turns} turns while 100,000 tasks were settled.");
    }

    [Fact]
    public async Task CancelTree_RootOfAChainOf20000_CancelsAll()
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(Path.Combine(directory.FullName, "queue.db"), new SqliteQueueOptions { Durability = Durability.Normal });
        var root = await EnqueueChainAsync(queue, lists: 2, length: 10_000);

        await queue.Control.CancelTreeAsync(root);
        await queue.Inspector.WaitAsync(TaskSelector.ByGroup("chain")).AsTask().WaitAsync(Limit);

        Assert.Equal(new StateCounts(0, 0, 0, 0, 20_000), (await queue.Inspector.CountAsync())["chain"]);
    }

    [Fact]
    public async Task Settling_LeftByAQueueThatWasClosed_IsDoneByOneThatIsOpen()
    {
        var path = Path.Combine(directory.FullName, "queue.db");
        await using var open = await SqliteTaskQueue.OpenAsync(path);
        await using (var leaving = await SqliteTaskQueue.OpenAsync(path))
        {
            await leaving.Control.CancelAsync(await EnqueueChainAsync(leaving, lists: 1, length: 10_000));
        }

        await open.Inspector.WaitAsync(TaskSelector.ByGroup("chain")).AsTask().WaitAsync(Limit);

        Assert.Equal(9_999, (await open.Inspector.CountAsync())["chain"].Failed);
    }

    private static async Task<TaskId> EnqueueChainAsync(SqliteTaskQueue queue, int lists, int length)
    {
        TaskId? root = null;
        TaskId? last = null;
        for (var list = 0; list < lists; list++)
        {
            var tasks = new List<NewTask>(length);
            for (var i = 0; i < length; i++)
            {
                IReadOnlyList<TaskDependency> after = i > 0 ? [TaskDependency.OnItem(i - 1)] : last is { } id ? [id] : [];
                tasks.Add(new NewTask("link") { Group = "chain", After = after });
            }

            var ids = await queue.EnqueueAsync(tasks);
            root ??= ids[0];
            last = ids[^1];
        }

        return root!.Value;
    }
}

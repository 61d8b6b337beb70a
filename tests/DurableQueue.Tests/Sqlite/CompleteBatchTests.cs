using DurableQueue.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>Tasks that end together are ended by one statement; each still ends only as its own lease allows, and with all that its end brings.</summary>
public sealed class CompleteBatchTests : BatchTest
{
    private static readonly CheckoutRequest All = new() { Worker = "w" };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Complete_LostLeasesAmongOthers_EndsOnlyThoseThatHold(bool asList)
    {
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work"), 150)]);
        var leased = await Queue.CheckoutAsync(All, 150);
        var lost = new[] { 0, 1, 17, 63, 64, 100, 149 };
        foreach (var index in lost)
        {
            await Queue.ReleaseAsync(leased[index].Lease);
        }

        var kept = await CompleteAsync(leased, asList);

        Assert.Equal(lost, kept.Select((one, index) => (one, index)).Where(pair => !pair.one).Select(pair => pair.index));
        var infos = await Task.WhenAll(leased.Select(async task => (await Queue.Inspector.GetAsync(task.Id))!));
        Assert.All(infos.Index(), info => Assert.Equal(lost.Contains(info.Index) ? TaskState.Queued : TaskState.Done, info.Item.State));
        Assert.Equal(
            Enumerable.Range(1, 150 - lost.Length).Select(number => (long?)number),
            infos.Where(info => info.State == TaskState.Done).Select(info => info.FinishSequence));
        await AssertResultsAsync(leased.Where((_, index) => !lost.Contains(index)));
        await AssertConsistentAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Complete_TasksWithMoreThanARow_EndsEachWithAllThatBelongsToIt(bool asList)
    {
        var ids = await Queue.EnqueueAsync(
        [
            new NewTask("work"), new NewTask("work") { DedupKey = "key" }, new NewTask("work"), new NewTask("work"), new NewTask("work"), new NewTask("other"),
            new NewTask("work"), new NewTask("child") { After = [TaskDependency.OnItem(3)] },
        ]);
        var leased = await Queue.CheckoutAsync(All, 10);
        await Queue.CheckpointAsync(leased[2].Lease, new byte[3]);
        await Queue.Control.CancelAsync(ids[4]);

        var kept = await CompleteAsync(leased, asList);

        Assert.Equal(Enumerable.Repeat(true, 7), kept);
        var done = await Queue.Inspector.QueryAsync(new TaskQuery { States = [TaskState.Done] });
        Assert.Equal(ids.Take(7).Order(), done.Tasks.Select(task => task.Id).Order());
        Assert.True((await Queue.EnqueueOrGetAsync(new NewTask("work") { DedupKey = "key" })).Created);
        Assert.Equal(TaskHolds.None, (await Queue.Inspector.GetAsync(ids[7]))!.Holds);
        await AssertResultsAsync(leased);
        await AssertConsistentAsync();
    }

    [Fact]
    public async Task Complete_CallsOfOneBatch_AreNumberedInTheirOrder()
    {
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work"), 100)]);
        var leased = await Queue.CheckoutAsync(All, 100);
        LeasedTask[] order = [.. leased.Skip(50), .. leased.Take(50).Reverse()];

        await CompleteAsync(order, asList: false);

        var finished = await Queue.Inspector.WatchAsync(1).Take(100).Select(finish => finish.Id).ToListAsync();
        Assert.Equal(order.Select(task => task.Id), finished);
    }

    [Fact]
    public async Task Complete_CallsOfOneBatchAndAResultIsRefused_CostsOnlyThatCall()
    {
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work"), 3)]);
        var leased = await Queue.CheckoutAsync(All, 3);
        Files.Execute("CREATE UNIQUE INDEX added_by_hand ON task_result (result)");
        FileLock.Enter();
        var calls = leased.Select((task, index) => Queue.CompleteAsync(task.Lease, new byte[1 + (index / 2)]).AsTask()).ToArray();
        FileLock.Exit();

        Assert.True(await calls[0].WaitAsync(QueueDirectory.Limit));
        await Assert.ThrowsAsync<QueueStorageException>(() => calls[1].WaitAsync(QueueDirectory.Limit));
        Assert.True(await calls[2].WaitAsync(QueueDirectory.Limit));
        Assert.Equal(TaskState.CheckedOut, (await Queue.Inspector.GetAsync(leased[1].Id))!.State);
    }

    private async Task<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<LeasedTask> leased, bool asList)
    {
        if (asList)
        {
            return await Queue.CompleteAsync([.. leased.Select(task => new TaskCompletion(task.Lease, ResultOf(task)))]);
        }

        FileLock.Enter();
        var calls = leased.Select(task => Queue.CompleteAsync(task.Lease, ResultOf(task)).AsTask()).ToArray();
        FileLock.Exit();
        return await Task.WhenAll(calls).WaitAsync(QueueDirectory.Limit);
    }

    private static byte[] ResultOf(LeasedTask task) => [(byte)task.Id.Value];

    private async Task AssertResultsAsync(IEnumerable<LeasedTask> completed)
    {
        foreach (var task in completed)
        {
            Assert.Equal(ResultOf(task), (await Queue.Inspector.GetResultAsync(task.Id))!.Value.ToArray());
        }
    }

    private async Task AssertConsistentAsync() => Assert.Empty((await Queue.Inspector.VerifyAsync()).Findings);
}

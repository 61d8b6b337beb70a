using Xunit;

namespace DurableQueue.Conformance;

/// <summary>The durable record of finishes: replay, live, withdrawal, gaps, and the pruned horizon.</summary>
public abstract class WatchBasics : ConformanceTest
{
    [Fact]
    public async Task GetFinishSequence_NewQueue_IsZero()
    {
        await Queue.EnqueueAsync(new NewTask("work"));

        Assert.Equal(0, await Queue.Inspector.GetFinishSequenceAsync());
    }

    [Fact]
    public async Task GetFinishSequence_TasksFinish_IsTheLatestNumber()
    {
        var first = await CancelledAsync();
        Assert.Equal(await Queue.SequenceOfAsync(first), await Queue.Inspector.GetFinishSequenceAsync());

        var second = await CancelledAsync();
        Assert.Equal(await Queue.SequenceOfAsync(second), await Queue.Inspector.GetFinishSequenceAsync());
        Assert.True(await Queue.SequenceOfAsync(first) < await Queue.SequenceOfAsync(second));
    }

    [Fact]
    public async Task GetFinishSequence_LatestRemovedAndReopened_NeverFallsBack()
    {
        var id = await CancelledAsync();
        var sequence = await Queue.SequenceOfAsync(id);
        await Queue.Control.RemoveAsync([id]);

        await ReopenAsync();

        Assert.Equal(sequence, await Queue.Inspector.GetFinishSequenceAsync());
        Assert.True(await Queue.SequenceOfAsync(await CancelledAsync()) > sequence);
    }

    [Fact]
    public async Task Watch_FromZero_ReplaysAllInOrder()
    {
        var ids = await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work"), 5)]);
        int[] order = [2, 0, 4, 1, 3];
        foreach (var index in order)
        {
            await Queue.Control.CancelAsync(ids[index]);
        }

        var finishes = await Queue.ReadFinishesAsync(0, 5);

        Assert.Equal(order.Select(index => ids[index]), finishes.Select(finish => finish.Id));
        Assert.Equal(finishes.OrderBy(finish => finish.Sequence), finishes);
        Assert.True(finishes[0].Sequence > 0);
    }

    [Fact]
    public async Task Watch_FromSequence_IsInclusive()
    {
        await CancelledAsync();
        var second = await CancelledAsync();
        var third = await CancelledAsync();

        var finishes = await Queue.ReadFinishesAsync(await Queue.SequenceOfAsync(second), 2);

        Assert.Equal([second, third], finishes.Select(finish => finish.Id));
    }

    [Fact]
    public async Task Watch_FromAfterTheLatest_YieldsOnlyWhatIsNew()
    {
        await CancelledAsync();
        await using var watch = Queue.Inspector.WatchAsync(await Queue.Inspector.GetFinishSequenceAsync() + 1).GetAsyncEnumerator();
        var next = watch.NextAsync();

        var id = await CancelledAsync();

        Assert.Equal(id, (await next).Id);
    }

    [Fact]
    public async Task Watch_ReplayThenLive_MissesNothingAndRepeatsNothing()
    {
        var expected = new List<TaskId> { await CancelledAsync(), await CancelledAsync() };
        await using var watch = Queue.Inspector.WatchAsync().GetAsyncEnumerator();
        var seen = new List<TaskId> { (await watch.NextAsync()).Id };

        for (var round = 0; round < 20; round++)
        {
            expected.Add(await CancelledAsync());
            seen.Add((await watch.NextAsync()).Id);
        }

        seen.Add((await watch.NextAsync()).Id);
        Assert.Equal(expected, seen);
    }

    [Fact]
    public async Task Watch_FinishesFromManyCallers_AreAllSeenInOrder()
    {
        const int Count = 500;
        var ids = await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work"), Count)]);
        var reading = Queue.ReadFinishesAsync(0, Count);

        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (id, token) =>
            await Queue.Control.CancelAsync(id, cancellationToken: token)).SoonAsync();

        var finishes = await reading.SoonAsync();
        Assert.Equal(ids, finishes.Select(finish => finish.Id).Order());
        Assert.Equal(finishes.OrderBy(finish => finish.Sequence), finishes);
        Assert.Equal(Count, finishes.Select(finish => finish.Sequence).Distinct().Count());
    }

    [Fact]
    public async Task Watch_SeveralWatchers_EachSeeAll()
    {
        await using var first = Queue.Inspector.WatchAsync().GetAsyncEnumerator();
        await using var second = Queue.Inspector.WatchAsync().GetAsyncEnumerator();
        var pending = new[] { first.NextAsync(), second.NextAsync() };

        var id = await CancelledAsync();

        Assert.All(await Task.WhenAll(pending), finish => Assert.Equal(id, finish.Id));
    }

    [Fact]
    public async Task Watch_Reopened_GoesOnBehindTheLastSeen()
    {
        var first = await CancelledAsync();
        var second = await CancelledAsync();
        var seen = await Queue.ReadFinishesAsync(0, 1);
        Assert.Equal(first, seen[0].Id);

        await ReopenAsync();
        var third = await CancelledAsync();

        var rest = await Queue.ReadFinishesAsync(seen[0].Sequence + 1, 2);
        Assert.Equal([second, third], rest.Select(finish => finish.Id));
    }

    [Fact]
    public async Task Watch_AttemptFailsAndIsRetried_YieldsNothingYet()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work") { Retry = RetryPolicy.Immediate });
        var task = await CheckoutAsync();
        Assert.True(await Queue.FailAsync(task.Lease, new TaskFailure("first try")));

        Assert.Equal(0, await Queue.Inspector.GetFinishSequenceAsync());
        await Queue.SucceedAsync(id);
        Assert.Equal(TaskOutcome.Succeeded, Assert.Single(await Queue.ReadFinishesAsync(0, 1)).Outcome);
    }

    [Fact]
    public async Task Watch_TaskRetried_WithdrawsTheOldRecord()
    {
        var retried = await CancelledAsync();
        var other = await CancelledAsync();
        var old = await Queue.SequenceOfAsync(retried);

        await Queue.Control.RetryAsync(retried);
        Assert.Equal([other], (await Queue.ReadFinishesAsync(0, 1)).Select(finish => finish.Id));
        await Queue.SucceedAsync(retried);

        var finishes = await Queue.ReadFinishesAsync(old, 2);
        Assert.Equal([other, retried], finishes.Select(finish => finish.Id));
        Assert.Equal(TaskOutcome.Succeeded, finishes[1].Outcome);
        Assert.True(finishes[1].Sequence > finishes[0].Sequence);
    }

    [Fact]
    public async Task Watch_FinishSeenThenRetried_YieldsTheNewFinishToo()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        await using var watch = Queue.Inspector.WatchAsync().GetAsyncEnumerator();
        await Queue.FailForGoodAsync(id);
        Assert.Equal(TaskOutcome.Failed, (await watch.NextAsync()).Outcome);

        await Queue.Control.RetryAsync(id);
        await Queue.SucceedAsync(id);

        Assert.Equal(TaskOutcome.Succeeded, (await watch.NextAsync()).Outcome);
    }

    [Fact]
    public async Task Watch_TaskRemoved_LeavesAGap()
    {
        var first = await CancelledAsync();
        var removed = await CancelledAsync();
        var third = await CancelledAsync();
        var gap = await Queue.SequenceOfAsync(removed);

        await Queue.Control.RemoveAsync([removed]);

        Assert.Equal([first, third], (await Queue.ReadFinishesAsync(0, 2)).Select(finish => finish.Id));
        Assert.Equal([third], (await Queue.ReadFinishesAsync(gap, 1)).Select(finish => finish.Id));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Watch_FromPrunedNumber_NamesTheFirstAvailable(int offset)
    {
        var pruned = new[] { await SucceededAsync(), await SucceededAsync() };
        var highest = await Queue.SequenceOfAsync(pruned[1]);
        var from = offset == 0 ? 0 : await Queue.SequenceOfAsync(pruned[offset - 1]);
        var kept = await CancelledAsync();
        Assert.Equal(2, await Queue.Control.PruneAsync(new RetentionPolicy { Succeeded = TimeSpan.Zero }));

        var refusal = await Assert.ThrowsAsync<HistoryPrunedException>(() => Queue.ReadFinishesAsync(from, 1));

        Assert.Equal(from, refusal.FromSequence);
        Assert.Equal(highest + 1, refusal.FirstAvailable);
        Assert.Equal([kept], (await Queue.ReadFinishesAsync(refusal.FirstAvailable, 1)).Select(finish => finish.Id));
    }

    [Fact]
    public async Task Watch_PrunedBetweenKeptOnes_IsWholeOnlyBehindTheHighestPruned()
    {
        var older = await CancelledAsync();
        var pruned = await SucceededAsync();
        var highest = await Queue.SequenceOfAsync(pruned);
        var kept = await CancelledAsync();
        Assert.Equal(1, await Queue.Control.PruneAsync(new RetentionPolicy { Succeeded = TimeSpan.Zero }));

        var refusal = await Assert.ThrowsAsync<HistoryPrunedException>(
            async () => await Queue.ReadFinishesAsync(await Queue.SequenceOfAsync(older), 1));

        Assert.Equal(highest + 1, refusal.FirstAvailable);
        Assert.Equal([kept], (await Queue.ReadFinishesAsync(highest + 1, 1)).Select(finish => finish.Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Watch_OlderFinishesPrunedAfterNewerOnes_KeepsTheHigherHorizon(bool inOneCall)
    {
        await CancelledAsync();
        var newest = await Queue.SequenceOfAsync(await SucceededAsync());
        RetentionPolicy[] policies = inOneCall
            ? [RetentionPolicy.KeepFor(TimeSpan.Zero)]
            : [new RetentionPolicy { Succeeded = TimeSpan.Zero }, new RetentionPolicy { Cancelled = TimeSpan.Zero }];
        foreach (var policy in policies)
        {
            await Queue.Control.PruneAsync(policy);
        }

        var refusal = await Assert.ThrowsAsync<HistoryPrunedException>(() => Queue.ReadFinishesAsync(newest, 1));

        Assert.Equal(newest + 1, refusal.FirstAvailable);
    }

    [Fact]
    public async Task Watch_AllPrunedAndReopened_KeepsTheHorizon()
    {
        var last = await Queue.SequenceOfAsync(await SucceededAsync());
        Assert.Equal(1, await Queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero)));

        await ReopenAsync();

        Assert.Equal(last, await Queue.Inspector.GetFinishSequenceAsync());
        var refusal = await Assert.ThrowsAsync<HistoryPrunedException>(() => Queue.ReadFinishesAsync(0, 1));
        Assert.Equal(last + 1, refusal.FirstAvailable);
        var id = await CancelledAsync();
        Assert.Equal([id], (await Queue.ReadFinishesAsync(last + 1, 1)).Select(finish => finish.Id));
    }

    [Fact]
    public async Task Watch_PruneDeletedNothing_StillStartsFromZero()
    {
        var id = await SucceededAsync();
        Assert.Equal(0, await Queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.FromDays(1))));

        Assert.Equal([id], (await Queue.ReadFinishesAsync(0, 1)).Select(finish => finish.Id));
    }

    [Fact]
    public async Task Watch_TokenCancelled_Ends()
    {
        using var source = new CancellationTokenSource();
        await using var watch = Queue.Inspector.WatchAsync(0, source.Token).GetAsyncEnumerator();
        var next = watch.MoveNextAsync().SoonAsync();
        Assert.False(next.IsCompleted);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task Watch_TokenOfWithCancellation_EndsItToo()
    {
        using var source = new CancellationTokenSource();
        await using var watch = Queue.Inspector.WatchAsync().GetAsyncEnumerator(source.Token);
        var next = watch.MoveNextAsync().SoonAsync();

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task Watch_Abandoned_LeavesTheQueueUsable()
    {
        for (var round = 0; round < 50; round++)
        {
            var id = await CancelledAsync();
            Assert.Equal(id, Assert.Single(await Queue.ReadFinishesAsync(await Queue.SequenceOfAsync(id), 1)).Id);
        }
    }

    [Fact]
    public async Task Watch_NegativeFrom_IsRefused()
    {
        await CancelledAsync();

        await Assert.ThrowsAnyAsync<ArgumentException>(() => Queue.ReadFinishesAsync(-1, 1));
    }

    private async Task<TaskId> CancelledAsync() => await Queue.EnqueueEndedAsync(Time, TaskOutcome.Cancelled);

    private async Task<TaskId> SucceededAsync() => await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded);
}

/// <summary>The same, with what needs dependencies, approvals, budgets, schedules or take-overs.</summary>
public abstract class WatchConformance : WatchBasics
{
    [Fact]
    public async Task Watch_EveryOutcome_TellsHowEachEnded()
    {
        var expected = new List<TaskId>();
        foreach (var outcome in QueueSteps.Outcomes)
        {
            var id = await Queue.EnqueueForAsync(outcome, task => task with { Label = "subject", Group = "lane" });
            await Queue.EndAsync(Time, id, outcome);
            expected.Add(id);
        }

        var finishes = (await Queue.ReadFinishesAsync(0, 9)).Where(finish => finish.Label == "subject").ToList();

        Assert.Equal(expected, finishes.Select(finish => finish.Id));
        foreach (var finish in finishes)
        {
            var info = await GetAsync(finish.Id);
            Assert.Equal(info.Type, finish.Type);
            Assert.Equal("lane", finish.Group);
            Assert.Equal(info.State, finish.State);
            Assert.Equal(info.Outcome, finish.Outcome);
            Assert.Equal(info.Attempt, finish.Attempt);
            Assert.Equal(info.FinishedAt, finish.FinishedAt);
            Assert.Equal(info.FinishSequence, finish.Sequence);
            Assert.Equal(info.LastError, finish.LastError);
        }
    }

    [Fact]
    public async Task Watch_LongRecord_IsReplayedWhole()
    {
        const int Children = 2_500;
        var tasks = new List<NewTask> { new("parent") };
        tasks.AddRange(Enumerable.Repeat(new NewTask("child") { After = [TaskDependency.OnItem(0)] }, Children));
        var ids = await Queue.EnqueueAsync(tasks);
        await Queue.Control.CancelAsync(ids[0]);
        await Queue.FinishedAsync(ids);

        var finishes = await Queue.ReadFinishesAsync(0, Children + 1);

        Assert.Equal(ids[0], finishes[0].Id);
        Assert.Equal(ids, finishes.Select(finish => finish.Id).Order());
    }
}

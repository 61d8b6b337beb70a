using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Waiting for tasks to finish: by id, and live by label, prefix, group, or all.</summary>
public abstract class WaitBasics : ConformanceTest
{
    [Fact]
    public async Task WaitById_AlreadyFinished_ReturnsAtOnce()
    {
        var id = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded);

        var summary = await Queue.FinishedAsync(id);

        Assert.Equal(1, summary.Total);
        Assert.Equal(1, summary.Succeeded);
        Assert.True(summary.AllSucceeded);
        Assert.False(summary.TimedOut);
        Assert.Equal(TimeSpan.Zero, summary.Elapsed);
        Assert.Equal(id, Assert.Single(summary.Tasks).Id);
    }

    [Fact]
    public async Task WaitById_FinishesLater_EndsThen()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var wait = Queue.FinishedAsync(id);
        var task = await CheckoutAsync();
        await Queue.LetStartAsync();
        Assert.False(wait.IsCompleted);

        Assert.True(await Queue.CompleteAsync(task.Lease));

        var summary = await wait;
        Assert.True(summary.AllSucceeded);
        Assert.Equal(TaskState.Done, Assert.Single(summary.Tasks).State);
    }

    [Fact]
    public async Task WaitById_AttemptFailsAndIsRetried_GoesOn()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work") { Retry = RetryPolicy.Immediate });
        var wait = Queue.FinishedAsync(id);
        Assert.True(await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("first try")));
        await Queue.LetStartAsync();
        Assert.False(wait.IsCompleted);

        await Queue.SucceedAsync(id);

        Assert.True((await wait).AllSucceeded);
    }

    [Fact]
    public async Task WaitByIds_Several_EndsWithTheLast()
    {
        var ids = await EnqueueManyAsync(3);
        var wait = Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).SoonAsync();
        await Queue.Control.CancelAsync(ids[2]);
        await Queue.Control.CancelAsync(ids[0]);
        await Queue.FinishedAsync(ids[0], ids[2]);
        Assert.False(wait.IsCompleted);

        await Queue.SucceedAsync(ids[1]);

        var summary = await wait;
        Assert.Equal(3, summary.Total);
        Assert.Equal(1, summary.Succeeded);
        Assert.Equal(2, summary.Cancelled);
        Assert.False(summary.AllSucceeded);
    }

    [Fact]
    public async Task WaitByIds_GivenInAnyOrder_ListsTasksById()
    {
        var ids = await EnqueueManyAsync(4);
        foreach (var id in ids)
        {
            await Queue.Control.CancelAsync(id);
        }

        var summary = await Queue.FinishedAsync([.. ids.Reverse()]);

        Assert.Equal(ids, summary.Tasks.Select(task => task.Id));
    }

    [Fact]
    public async Task WaitByIds_EqualIds_CountOnce()
    {
        var id = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded);

        var summary = await Queue.FinishedAsync(id, id, id);

        Assert.Equal(1, summary.Total);
        Assert.True(summary.AllSucceeded);
    }

    [Fact]
    public async Task WaitByIds_EmptyList_ReturnsAtOnce()
    {
        var summary = await Queue.FinishedAsync([]);

        Assert.Equal(0, summary.Total);
        Assert.Empty(summary.Tasks);
        Assert.False(summary.TimedOut);
    }

    [Fact]
    public async Task WaitByIds_OneUnknown_NamesTheMissingTask()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var unknown = new TaskId(987_654);

        var missing = await Assert.ThrowsAsync<TaskNotFoundException>(() => Queue.FinishedAsync(id, unknown));

        Assert.Equal(unknown, missing.Id);
    }

    [Fact]
    public async Task WaitById_PrunedBefore_IsUnknown()
    {
        var id = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded);
        await Queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero));

        await Assert.ThrowsAsync<TaskNotFoundException>(() => Queue.FinishedAsync(id));
    }

    [Fact]
    public async Task WaitByIds_OneRemovedMeanwhile_CountsAsRemoved()
    {
        var ids = await EnqueueManyAsync(2);
        var wait = Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).SoonAsync();
        await Queue.LetStartAsync();

        await Queue.Control.RemoveAsync([ids[0]]);
        await Queue.SucceedAsync(ids[1]);

        var summary = await wait;
        Assert.Equal(2, summary.Total);
        Assert.Equal(1, summary.Removed);
        Assert.Equal(1, summary.Succeeded);
        Assert.Equal([ids[1]], summary.Tasks.Select(task => task.Id));
        Assert.False(summary.AllSucceeded);
    }

    [Fact]
    public async Task WaitById_RemovedMeanwhile_Ends()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var wait = Queue.FinishedAsync(id);
        await Queue.LetStartAsync();

        await Queue.Control.RemoveAsync([id]);

        Assert.Equal(1, (await wait).Removed);
    }

    [Fact]
    public async Task WaitByIds_ManyTasks_EndsWithTheLast()
    {
        var ids = await EnqueueManyAsync(3_000);
        var wait = Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).SoonAsync();

        var taken = await Queue.CheckoutAsync(Worker(), 10_000);
        await Task.WhenAll(taken.Select(task => Queue.CompleteAsync(task.Lease).AsTask())).SoonAsync();

        Assert.Equal(3_000, (await wait).Succeeded);
    }

    [Theory]
    [InlineData("label")]
    [InlineData("prefix")]
    [InlineData("group")]
    [InlineData("all")]
    public async Task WaitLive_NothingMatches_ReturnsAtOnce(string kind)
    {
        if (kind != "all")
        {
            await Queue.EnqueueAsync(new NewTask("work") { Label = "other", Group = "other" });
        }

        var summary = await Queue.Inspector.WaitAsync(Selector(kind)).SoonAsync();

        Assert.Equal(0, summary.Total);
        Assert.False(summary.TimedOut);
    }

    [Theory]
    [InlineData("label")]
    [InlineData("prefix")]
    [InlineData("group")]
    [InlineData("all")]
    public async Task WaitLive_OnlyFinishedTasksMatch_ReturnsAtOnceWithoutThem(string kind)
    {
        await Queue.EnqueueEndedAsync(Time, TaskOutcome.Failed, Selected);

        var summary = await Queue.Inspector.WaitAsync(Selector(kind)).SoonAsync();

        Assert.Equal(0, summary.Total);
        Assert.Empty(summary.Tasks);
    }

    [Theory]
    [InlineData("label")]
    [InlineData("prefix")]
    [InlineData("group")]
    [InlineData("all")]
    public async Task WaitLive_UnfinishedTasks_EndsWithTheLast(string kind)
    {
        var ids = await Queue.EnqueueAsync([Selected(new("work")), Selected(new("work")), Selected(new("work"))]);
        var wait = Queue.Inspector.WaitAsync(Selector(kind)).SoonAsync();
        await Queue.LetStartAsync();

        await Queue.SucceedAsync(ids[0]);
        await Queue.FailForGoodAsync(ids[1]);
        await Queue.FinishedAsync(ids[0], ids[1]);
        Assert.False(wait.IsCompleted);
        await Queue.SucceedAsync(ids[2]);

        var summary = await wait;
        Assert.Equal(3, summary.Total);
        Assert.Equal(2, summary.Succeeded);
        Assert.Equal(1, summary.Failed);
        Assert.Equal(ids, summary.Tasks.Select(task => task.Id));
    }

    [Theory]
    [InlineData("label")]
    [InlineData("prefix")]
    [InlineData("group")]
    [InlineData("all")]
    public async Task WaitLive_TaskAddedMeanwhile_IsAwaitedToo(string kind)
    {
        var first = await Queue.EnqueueAsync(Selected(new NewTask("first")));
        var wait = Queue.Inspector.WaitAsync(Selector(kind)).SoonAsync();
        await Queue.LetStartAsync();
        var second = await Queue.EnqueueAsync(Selected(new NewTask("second")));

        await Queue.SucceedAsync(first);
        await Queue.FinishedAsync(first);
        await Queue.LetStartAsync();
        Assert.False(wait.IsCompleted);
        await Queue.SucceedAsync(second);

        var summary = await wait;
        Assert.Equal([first, second], summary.Tasks.Select(task => task.Id));
        Assert.Equal(2, summary.Succeeded);
    }

    [Fact]
    public async Task WaitLive_TaskAddedAndFinishedMeanwhile_IsCounted()
    {
        var anchor = await Queue.EnqueueAsync(Selected(new NewTask("anchor")));
        var wait = Queue.Inspector.WaitAsync(Selector("label")).SoonAsync();
        await Queue.LetStartAsync();
        var passing = await Queue.EnqueueAsync(Selected(new NewTask("passing")));
        await Queue.FailForGoodAsync(passing);

        await Queue.SucceedAsync(anchor);

        var summary = await wait;
        Assert.Equal(2, summary.Total);
        Assert.Equal(1, summary.Failed);
    }

    [Fact]
    public async Task WaitLive_FinishedTaskRetriedMeanwhile_IsAwaitedToo()
    {
        var retried = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Failed, Selected);
        var anchor = await Queue.EnqueueAsync(Selected(new NewTask("anchor")));
        var wait = Queue.Inspector.WaitAsync(Selector("label")).SoonAsync();
        await Queue.LetStartAsync();

        await Queue.Control.RetryAsync(retried);
        await Queue.SucceedAsync(anchor);
        await Queue.FinishedAsync(anchor);
        await Queue.LetStartAsync();
        Assert.False(wait.IsCompleted);
        await Queue.SucceedAsync(retried);

        await wait;
    }

    [Fact]
    public async Task WaitLive_HeldTask_IsUnfinished()
    {
        var id = await Queue.EnqueueAsync(Selected(new NewTask("work") { Stashed = true }));
        var wait = Queue.Inspector.WaitAsync(Selector("label")).SoonAsync();
        await Queue.LetStartAsync();
        Assert.False(wait.IsCompleted);

        await Queue.Control.CancelAsync(id);

        Assert.Equal(1, (await wait).Cancelled);
    }

    [Fact]
    public async Task WaitLive_LastTaskRemoved_Ends()
    {
        var id = await Queue.EnqueueAsync(Selected(new NewTask("work")));
        var wait = Queue.Inspector.WaitAsync(Selector("label")).SoonAsync();
        await Queue.LetStartAsync();

        await Queue.Control.RemoveAsync([id]);

        Assert.Empty((await wait).Tasks);
    }

    [Fact]
    public async Task WaitByLabel_OtherLabelsUnfinished_AreNotAwaited()
    {
        await EnqueueLabelAsync("subject!");
        await EnqueueLabelAsync("SUBJECT");
        await Queue.EnqueueAsync(new NewTask("work"));
        var id = await EnqueueLabelAsync("subject");
        var wait = Queue.Inspector.WaitAsync(TaskSelector.ByLabel("subject")).SoonAsync();

        await Queue.Control.CancelAsync(id);

        Assert.InRange((await wait).Total, 0, 1);
    }

    [Theory]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("100%_done")]
    public async Task WaitByLabel_WildcardCharacters_AreLiteral(string label)
    {
        await EnqueueLabelAsync("x");
        await EnqueueLabelAsync("100 x done");

        Assert.Equal(0, (await Queue.Inspector.WaitAsync(TaskSelector.ByLabel(label)).SoonAsync()).Total);
    }

    [Theory]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("100%_")]
    [InlineData("*")]
    [InlineData("X")]
    public async Task WaitByLabelPrefix_WildcardCharacters_AreLiteral(string prefix)
    {
        await EnqueueLabelAsync("x");
        await EnqueueLabelAsync("100 x done");
        await Queue.EnqueueAsync(new NewTask("work"));

        Assert.Equal(0, (await Queue.Inspector.WaitAsync(TaskSelector.ByLabelPrefix(prefix)).SoonAsync()).Total);
    }

    [Fact]
    public async Task WaitByLabelPrefix_SpecialCharactersThatMatch_AreAwaited()
    {
        var id = await EnqueueLabelAsync("100%_done");
        var wait = Queue.Inspector.WaitAsync(TaskSelector.ByLabelPrefix("100%_")).SoonAsync();
        await Queue.LetStartAsync();
        Assert.False(wait.IsCompleted);

        await Queue.SucceedAsync(id);

        Assert.Equal(1, (await wait).Succeeded);
    }

    [Theory]
    [InlineData("group")]
    [InlineData("label")]
    public async Task WaitLive_ManyTasks_TellsOfEach(string by)
    {
        const int Tasks = 1_200;
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work") { Group = "many", Label = "many" }, Tasks)]);
        var wait = Queue.Inspector.WaitAsync(by == "group" ? TaskSelector.ByGroup("many") : TaskSelector.ByLabel("many")).SoonAsync();
        await Queue.LetStartAsync();

        var leased = await Queue.CheckoutAsync(Worker(), Tasks);
        await Queue.CompleteAsync([.. leased.Select(task => new TaskCompletion(task.Lease))]);

        var summary = await wait;
        Assert.Equal((Tasks, Tasks, Tasks), (summary.Total, summary.Succeeded, summary.Tasks.Count));
    }

    [Fact]
    public async Task WaitByGroup_UnknownGroup_ReturnsAtOnce()
    {
        Assert.Equal(0, (await Queue.Inspector.WaitAsync(TaskSelector.ByGroup("nowhere")).SoonAsync()).Total);
    }

    [Fact]
    public async Task Wait_TimeoutPasses_TellsWhatIsUnfinished()
    {
        var ids = await EnqueueManyAsync(2);
        await Queue.SucceedAsync(ids[0]);
        var timeout = TimeSpan.FromMinutes(1);
        var wait = Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids), new WaitOptions { Timeout = timeout }).SoonAsync();

        await Time.AdvanceUntilEndedAsync(wait, TimeSpan.FromSeconds(20));

        var summary = await wait;
        Assert.True(summary.TimedOut);
        Assert.Equal(2, summary.Total);
        Assert.Equal(1, summary.Succeeded);
        Assert.Equal([TaskState.Done, TaskState.Queued], summary.Tasks.Select(task => task.State));
        Assert.True(summary.Elapsed >= timeout);
        Assert.False(summary.AllSucceeded);
    }

    [Fact]
    public async Task WaitLive_TimeoutPasses_TimesOut()
    {
        var id = await Queue.EnqueueAsync(Selected(new NewTask("work")));
        var wait = Queue.Inspector.WaitAsync(Selector("label"), new WaitOptions { Timeout = TimeSpan.FromMinutes(1) }).SoonAsync();

        await Time.AdvanceUntilEndedAsync(wait, TimeSpan.FromSeconds(20));

        var summary = await wait;
        Assert.True(summary.TimedOut);
        Assert.Equal([id], summary.Tasks.Select(task => task.Id));
    }

    [Fact]
    public async Task Wait_ZeroTimeout_LooksOnce()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var once = new WaitOptions { Timeout = TimeSpan.Zero };

        Assert.True((await Queue.Inspector.WaitAsync(id, once).SoonAsync()).TimedOut);
        await Queue.SucceedAsync(id);
        Assert.False((await Queue.Inspector.WaitAsync(id, once).SoonAsync()).TimedOut);
    }

    [Fact]
    public async Task Wait_FinishesBeforeTheTimeout_IsNotTimedOut()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var wait = Queue.Inspector.WaitAsync(id, new WaitOptions { Timeout = TimeSpan.FromMinutes(1) }).SoonAsync();
        await Queue.LetStartAsync();
        Time.Advance(TimeSpan.FromSeconds(30));

        await Queue.SucceedAsync(id);

        var summary = await wait;
        Assert.False(summary.TimedOut);
        Assert.Equal(TimeSpan.FromSeconds(30), summary.Elapsed);
    }

    [Fact]
    public async Task Wait_NegativeTimeout_IsRefused()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));

        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => Queue.Inspector.WaitAsync(id, new WaitOptions { Timeout = TimeSpan.FromSeconds(-5) }).SoonAsync());
    }

    [Fact]
    public async Task Wait_NullSelector_IsRefused()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(() => Queue.Inspector.WaitAsync(null!).SoonAsync());
    }

    [Fact]
    public async Task Wait_TokenCancelled_Ends()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        using var source = new CancellationTokenSource();
        var wait = Queue.Inspector.WaitAsync(id, cancellationToken: source.Token).SoonAsync();
        Assert.False(wait.IsCompleted);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        Assert.Equal(TaskState.Queued, (await GetAsync(id)).State);
    }

    [Fact]
    public async Task WaitFailFast_FailedBefore_ReturnsAtOnce()
    {
        var open = await Queue.EnqueueAsync(new NewTask("open"));
        var bad = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Failed);

        var summary = await Queue.Inspector.WaitAsync(TaskSelector.ByIds(open, bad), new WaitOptions { FailFast = true }).SoonAsync();

        Assert.Equal(1, summary.Failed);
    }

    [Fact]
    public async Task WaitFailFast_AllSucceed_EndsWithTheLast()
    {
        var ids = await EnqueueManyAsync(2);
        var wait = Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids), new WaitOptions { FailFast = true }).SoonAsync();
        await Queue.SucceedAsync(ids[0]);
        await Queue.LetStartAsync();
        Assert.False(wait.IsCompleted);

        await Queue.SucceedAsync(ids[1]);

        Assert.True((await wait).AllSucceeded);
    }

    [Fact]
    public async Task WaitFailFast_AttemptFailsAndIsRetried_GoesOn()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work") { Retry = RetryPolicy.Immediate });
        var wait = Queue.Inspector.WaitAsync(id, new WaitOptions { FailFast = true }).SoonAsync();
        Assert.True(await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("first try")));
        await Queue.LetStartAsync();
        Assert.False(wait.IsCompleted);

        await Queue.SucceedAsync(id);

        Assert.True((await wait).AllSucceeded);
    }

    [Fact]
    public async Task WaitFailFastLive_TaskAddedMeanwhileFails_EndsAtOnce()
    {
        await Queue.EnqueueAsync(Selected(new NewTask("anchor")));
        var wait = Queue.Inspector.WaitAsync(Selector("label"), new WaitOptions { FailFast = true }).SoonAsync();
        await Queue.LetStartAsync();
        var added = await Queue.EnqueueAsync(Selected(new NewTask("added")));

        await Queue.FailForGoodAsync(added);

        Assert.Equal(1, (await wait).Failed);
    }

    [Fact]
    public async Task Wait_ManyWaitersForOneTask_AllEnd()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var waits = Enumerable.Range(0, 50).Select(_ => Queue.FinishedAsync(id)).ToArray();

        await Queue.SucceedAsync(id);

        Assert.All(await Task.WhenAll(waits), summary => Assert.True(summary.AllSucceeded));
    }

    private static NewTask Selected(NewTask task) => task with { Label = "run 7", Group = "lane" };

    private static TaskSelector Selector(string kind) => kind switch
    {
        "label" => TaskSelector.ByLabel("run 7"),
        "prefix" => TaskSelector.ByLabelPrefix("run"),
        "group" => TaskSelector.ByGroup("lane"),
        _ => TaskSelector.All,
    };

    private async Task<IReadOnlyList<TaskId>> EnqueueManyAsync(int count) =>
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work"), count)]);

    private async Task<TaskId> EnqueueLabelAsync(string label) => await Queue.EnqueueAsync(new NewTask("work") { Label = label });
}

/// <summary>The same, with what needs dependencies, approvals, budgets, schedules or take-overs.</summary>
public abstract class WaitConformance : WaitBasics
{
    [Fact]
    public async Task Wait_EveryOutcome_IsCountedInItsPlace()
    {
        var ids = new List<TaskId>();
        foreach (var outcome in QueueSteps.Outcomes)
        {
            ids.Add(await Queue.EnqueueEndedAsync(Time, outcome));
        }

        var summary = await Queue.FinishedAsync(ids);

        Assert.Equal(8, summary.Total);
        Assert.Equal(1, summary.Succeeded);
        Assert.Equal(4, summary.Failed);
        Assert.Equal(1, summary.DependencyFailed);
        Assert.Equal(1, summary.Cancelled);
        Assert.Equal(1, summary.Killed);
        Assert.Equal(0, summary.Removed);
        Assert.False(summary.TimedOut);
        Assert.False(summary.AllSucceeded);
    }

    [Theory]
    [InlineData(TaskOutcome.Failed)]
    [InlineData(TaskOutcome.TimedOut)]
    [InlineData(TaskOutcome.Abandoned)]
    [InlineData(TaskOutcome.DependencyFailed)]
    [InlineData(TaskOutcome.Rejected)]
    [InlineData(TaskOutcome.Cancelled)]
    [InlineData(TaskOutcome.Killed)]
    public async Task WaitFailFast_OneDoesNotSucceed_EndsAtOnce(TaskOutcome outcome)
    {
        var open = await Queue.EnqueueAsync(new NewTask("open"));
        var bad = await Queue.EnqueueForAsync(outcome);
        var wait = Queue.Inspector.WaitAsync(TaskSelector.ByIds(open, bad), new WaitOptions { FailFast = true }).SoonAsync();
        await Queue.LetStartAsync();
        Assert.False(wait.IsCompleted);

        await Queue.EndAsync(Time, bad, outcome);

        var summary = await wait;
        Assert.Equal(2, summary.Total);
        Assert.Equal(0, summary.Succeeded);
        Assert.False(summary.TimedOut);
        Assert.Equal(TaskState.Queued, summary.Tasks[0].State);
        Assert.Equal(outcome, summary.Tasks[1].Outcome);
    }
}

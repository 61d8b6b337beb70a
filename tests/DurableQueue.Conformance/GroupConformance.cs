using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Groups: limits, slots, pause, pause on failure, and what their columns say.</summary>
public abstract class GroupBasics : ConformanceTest
{
    [Fact]
    public async Task Get_DefaultGroupOfNewQueue_ExistsWithoutLimit()
    {
        var info = await GroupAsync(NewTask.DefaultGroup);

        Assert.Equal(0, info.Parallelism);
        Assert.False(info.Paused);
        Assert.False(info.PauseOnFailure);
        Assert.Equal(default, info.Counts);
    }

    [Fact]
    public async Task Get_UnknownGroup_IsNull()
    {
        Assert.Null(await Queue.Groups.GetAsync("nowhere"));
    }

    [Fact]
    public async Task Ensure_NewGroupWithoutLimit_IsUnlimited()
    {
        await Queue.Groups.EnsureAsync("lane");

        Assert.Equal(0, (await GroupAsync("lane")).Parallelism);
    }

    [Fact]
    public async Task Ensure_NewGroupWithLimit_HasIt()
    {
        await Queue.Groups.EnsureAsync("lane", 3);

        Assert.Equal(3, (await GroupAsync("lane")).Parallelism);
    }

    [Fact]
    public async Task Ensure_ExistingGroupWithoutLimit_LeavesEverything()
    {
        await Queue.Groups.EnsureAsync("lane", 3);
        await Queue.Groups.PauseAsync("lane");
        await Queue.Groups.SetPauseOnFailureAsync("lane", true);

        await Queue.Groups.EnsureAsync("lane");

        var info = await GroupAsync("lane");
        Assert.Equal(3, info.Parallelism);
        Assert.True(info.Paused);
        Assert.True(info.PauseOnFailure);
    }

    [Fact]
    public async Task Create_NewGroup_HasTheLimitAndIsConfigured_AnExistingOneIsLeft()
    {
        Assert.True(await Queue.Groups.CreateAsync("lane", 3));
        await Queue.Groups.PauseAsync("lane");

        Assert.False(await Queue.Groups.CreateAsync("lane", 5));

        var info = await GroupAsync("lane");
        Assert.Equal((3, true, true), (info.Parallelism, info.Paused, info.Configured));
        Assert.False(await Queue.Groups.CreateAsync(NewTask.DefaultGroup, 1));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Queue.Groups.CreateAsync("other", -1));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Queue.Groups.CreateAsync("no group", 1));
    }

    [Fact]
    public async Task Create_RemovedGroup_BeginsWithDefaultSettings()
    {
        await Queue.Groups.EnsureAsync("lane", 3);
        await Queue.Groups.SetPauseOnFailureAsync("lane", true);
        await Queue.Groups.RemoveAsync("lane");

        Assert.True(await Queue.Groups.CreateAsync("lane"));

        var info = await GroupAsync("lane");
        Assert.Equal((0, false), (info.Parallelism, info.PauseOnFailure));
    }

    [Fact]
    public async Task Create_ByManyAtOnce_OneCreatesIt()
    {
        using var start = new Barrier(8);
        var created = await Task.WhenAll(Enumerable.Range(1, 8).Select(limit => Task.Run(async () =>
        {
            start.SignalAndWait();
            return (limit, created: await Queue.Groups.CreateAsync("lane", limit));
        })));

        var winner = Assert.Single(created, each => each.created);
        Assert.Equal(winner.limit, (await GroupAsync("lane")).Parallelism);
    }

    [Fact]
    public async Task Ensure_ExistingGroupWithLimit_SetsIt()
    {
        await Queue.Groups.EnsureAsync("lane", 3);

        await Queue.Groups.EnsureAsync("lane", 5);

        Assert.Equal(5, (await GroupAsync("lane")).Parallelism);
    }

    [Fact]
    public async Task Ensure_NegativeLimit_IsRefused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Groups.EnsureAsync("lane", -1));

        Assert.Null(await Queue.Groups.GetAsync("lane"));
    }

    [Fact]
    public async Task Enqueue_UnknownGroup_MakesItWithoutLimit()
    {
        await EnqueueAsync("lane");

        Assert.Equal(0, (await GroupAsync("lane")).Parallelism);
    }

    [Fact]
    public async Task List_SeveralGroups_IsSortedByName()
    {
        await Queue.Groups.EnsureAsync("zebra");
        await Queue.Groups.EnsureAsync("apple", 2);
        await EnqueueAsync("mango");

        var groups = await Queue.Groups.ListAsync();

        Assert.Equal(["apple", "default", "mango", "zebra"], groups.Select(group => group.Name));
        Assert.Equal(2, groups[0].Parallelism);
        Assert.Equal(1, groups[2].Counts.Queued);
    }

    [Theory]
    [InlineData("SetParallelism")]
    [InlineData("Pause")]
    [InlineData("Resume")]
    [InlineData("SetPauseOnFailure")]
    [InlineData("Remove")]
    public async Task Change_UnknownGroup_NamesTheMissingGroup(string method)
    {
        var missing = await Assert.ThrowsAsync<GroupNotFoundException>(async () => await (method switch
        {
            "SetParallelism" => Queue.Groups.SetParallelismAsync("nowhere", 1),
            "Pause" => Queue.Groups.PauseAsync("nowhere"),
            "Resume" => Queue.Groups.ResumeAsync("nowhere"),
            "SetPauseOnFailure" => Queue.Groups.SetPauseOnFailureAsync("nowhere", true),
            _ => Queue.Groups.RemoveAsync("nowhere"),
        }));

        Assert.Equal("nowhere", missing.Group);
        Assert.Null(await Queue.Groups.GetAsync("nowhere"));
    }

    [Fact]
    public async Task SetParallelism_Negative_IsRefused()
    {
        await Queue.Groups.EnsureAsync("lane", 3);

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Groups.SetParallelismAsync("lane", -1));

        Assert.Equal(3, (await GroupAsync("lane")).Parallelism);
    }

    [Fact]
    public async Task Checkout_LimitReached_OffersNothingOfTheGroup()
    {
        await Queue.Groups.EnsureAsync("lane", 2);
        await EnqueueManyAsync("lane", 3);

        await CheckoutAsync();
        await CheckoutAsync("w2");

        Assert.Null(await Queue.CheckoutAsync(Worker("w3")));
        Assert.Equal(2, (await GroupAsync("lane")).Running);
    }

    [Fact]
    public async Task Checkout_LimitReached_OffersOtherGroups()
    {
        await Queue.Groups.EnsureAsync("lane", 1);
        await EnqueueManyAsync("lane", 2);
        var elsewhere = await EnqueueAsync("open");

        await CheckoutAsync();

        Assert.Equal(elsewhere, (await CheckoutAsync()).Id);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Checkout_ManyAtOnce_StopsAtEachLimit()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        await Queue.Groups.EnsureAsync("three", 3);
        await EnqueueManyAsync("one", 5);
        await EnqueueManyAsync("three", 5);
        await EnqueueManyAsync("open", 5);

        var taken = await Queue.CheckoutAsync(Worker(), 100);

        Assert.Equal(
            [("one", 1), ("open", 5), ("three", 3)],
            taken.GroupBy(task => task.Group).Select(group => (group.Key, group.Count())).OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.Empty(await Queue.CheckoutAsync(Worker(), 100));
    }

    [Fact]
    public async Task Checkout_LimitZero_IsUnlimited()
    {
        await Queue.Groups.EnsureAsync("lane", 1);
        await EnqueueManyAsync("lane", 50);

        await Queue.Groups.SetParallelismAsync("lane", 0);

        Assert.Equal(50, (await Queue.CheckoutAsync(Worker(), 100)).Count);
    }

    [Fact]
    public async Task SetParallelism_Raised_OffersMoreAtOnce()
    {
        await Queue.Groups.EnsureAsync("lane", 1);
        await EnqueueManyAsync("lane", 5);
        await CheckoutAsync();

        await Queue.Groups.SetParallelismAsync("lane", 3);

        Assert.Equal(2, (await Queue.CheckoutAsync(Worker(), 10)).Count);
    }

    [Fact]
    public async Task SetParallelism_LoweredBelowRunning_LetsThemRunAndOffersNothing()
    {
        await Queue.Groups.EnsureAsync("lane", 3);
        await EnqueueManyAsync("lane", 5);
        var running = await Queue.CheckoutAsync(Worker(), 3);

        await Queue.Groups.SetParallelismAsync("lane", 1);

        Assert.Equal(3, (await GroupAsync("lane")).Running);
        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(running[0].Lease));
        Assert.True(await Queue.CompleteAsync(running[0].Lease));
        Assert.True(await Queue.CompleteAsync(running[1].Lease));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Assert.True(await Queue.CompleteAsync(running[2].Lease));
        Assert.Single(await Queue.CheckoutAsync(Worker(), 10));
    }

    [Theory]
    [InlineData("complete")]
    [InlineData("fail for good")]
    [InlineData("fail with a retry")]
    [InlineData("release")]
    [InlineData("snooze")]
    [InlineData("reap")]
    [InlineData("kill")]
    [InlineData("suspend")]
    public async Task Checkout_SlotGivenBack_OffersTheNext(string ending)
    {
        await Queue.Groups.EnsureAsync("lane", 1);
        await EnqueueManyAsync("lane", 2);
        var lease = (await CheckoutAsync()).Lease;
        Assert.Null(await Queue.CheckoutAsync(Worker()));

        switch (ending)
        {
            case "complete":
                Assert.True(await Queue.CompleteAsync(lease));
                break;
            case "fail for good":
                Assert.True(await Queue.FailAsync(lease, new TaskFailure("broke") { Permanent = true }));
                break;
            case "fail with a retry":
                Assert.True(await Queue.FailAsync(lease, new TaskFailure("broke")));
                break;
            case "release":
                Assert.True(await Queue.ReleaseAsync(lease));
                break;
            case "snooze":
                Assert.True(await Queue.ReleaseAsync(lease, TimeSpan.FromHours(1)));
                break;
            case "reap":
                Time.Advance(CheckoutRequest.DefaultLeaseDuration + TimeSpan.FromSeconds(1));
                Assert.Equal(1, await Queue.ReapExpiredAsync());
                break;
            case "kill":
                Assert.Equal(CancelResult.Requested, await Queue.Control.CancelAsync(lease.TaskId));
                Assert.True(await Queue.ReleaseAsync(lease));
                break;
            default:
                Assert.True(await Queue.SuspendAsync(lease));
                break;
        }

        Assert.Equal(0, (await GroupAsync("lane")).Running);
        await CheckoutAsync();
        Assert.Equal(1, (await GroupAsync("lane")).Running);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Complete_LostLease_FreesNoSlot()
    {
        await Queue.Groups.EnsureAsync("lane", 1);
        await EnqueueManyAsync("lane", 2);
        var lease = (await CheckoutAsync()).Lease;
        Assert.True(await Queue.CompleteAsync(lease));
        await CheckoutAsync();

        Assert.False(await Queue.CompleteAsync(lease));

        Assert.Equal(1, (await GroupAsync("lane")).Running);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Resume_SuspendedTaskOfFullGroup_GoesAboveTheLimit()
    {
        await Queue.Groups.EnsureAsync("lane", 1);
        await EnqueueManyAsync("lane", 3);
        var first = await CheckoutAsync();
        Assert.True(await Queue.SuspendAsync(first.Lease));
        var second = await CheckoutAsync();

        Assert.True(await Queue.ResumeAsync(first.Lease));

        var info = await GroupAsync("lane");
        Assert.Equal(2, info.Running);
        Assert.Equal(0, info.Waiting);
        Assert.True(await Queue.CompleteAsync(first.Lease));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Assert.True(await Queue.CompleteAsync(second.Lease));
        await CheckoutAsync();
    }

    [Fact]
    public async Task Suspend_Twice_FreesOneSlot()
    {
        await Queue.Groups.EnsureAsync("lane", 2);
        await EnqueueManyAsync("lane", 4);
        var first = await CheckoutAsync();
        await CheckoutAsync();

        Assert.True(await Queue.SuspendAsync(first.Lease));
        Assert.True(await Queue.SuspendAsync(first.Lease));

        var info = await GroupAsync("lane");
        Assert.Equal(1, info.Running);
        Assert.Equal(1, info.Waiting);
        Assert.Single(await Queue.CheckoutAsync(Worker(), 10));
    }

    [Fact]
    public async Task Resume_NotSuspended_TakesNoSecondSlot()
    {
        await EnqueueAsync("lane");
        var task = await CheckoutAsync();

        Assert.True(await Queue.ResumeAsync(task.Lease));

        Assert.Equal(1, (await GroupAsync("lane")).Running);
    }

    [Theory]
    [InlineData("complete")]
    [InlineData("fail")]
    [InlineData("release")]
    [InlineData("reap")]
    public async Task End_SuspendedTask_LeavesNoWaitingBehind(string ending)
    {
        await EnqueueAsync("lane");
        var task = await CheckoutAsync();
        Assert.True(await Queue.SuspendAsync(task.Lease));

        switch (ending)
        {
            case "complete":
                Assert.True(await Queue.CompleteAsync(task.Lease));
                break;
            case "fail":
                Assert.True(await Queue.FailAsync(task.Lease, new TaskFailure("broke") { Permanent = true }));
                break;
            case "release":
                Assert.True(await Queue.ReleaseAsync(task.Lease));
                break;
            default:
                Time.Advance(CheckoutRequest.DefaultLeaseDuration + TimeSpan.FromSeconds(1));
                Assert.Equal(1, await Queue.ReapExpiredAsync());
                break;
        }

        var info = await GroupAsync("lane");
        Assert.Equal(0, info.Running);
        Assert.Equal(0, info.Waiting);
        Assert.False((await GetAsync(task.Id)).Waiting);
    }

    [Fact]
    public async Task Checkout_TaskInBackoff_TakesNoSlot()
    {
        await Queue.Groups.EnsureAsync("lane", 1);
        var first = await Queue.EnqueueAsync(new NewTask("work") { Group = "lane", Retry = RetryPolicy.Fixed(TimeSpan.FromHours(1)) });
        var second = await EnqueueAsync("lane");
        Assert.True(await Queue.FailAsync((await Queue.TakeAsync(first)).Lease, new TaskFailure("first try")));

        Assert.Equal(second, (await CheckoutAsync()).Id);
        Time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        Assert.Equal(1, await Queue.ReapExpiredAsync());
        Assert.Equal(first, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Pause_QueuedTasks_AreNotOffered()
    {
        await EnqueueAsync("lane");
        await Queue.Groups.PauseAsync("lane");

        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Assert.True((await GroupAsync("lane")).Paused);
        var later = await EnqueueAsync("lane");
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Assert.Equal(TaskHolds.None, (await GetAsync(later)).Holds);
    }

    [Fact]
    public async Task Pause_RunningTask_GoesOn()
    {
        var id = await EnqueueAsync("lane");
        var task = await CheckoutAsync();

        await Queue.Groups.PauseAsync("lane");

        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(task.Lease));
        Assert.True(await Queue.CompleteAsync(task.Lease));
        Assert.Equal(TaskState.Done, (await GetAsync(id)).State);
    }

    [Fact]
    public async Task Pause_TwiceThenResume_IsNotPaused()
    {
        await EnqueueAsync("lane");
        await Queue.Groups.PauseAsync("lane");
        await Queue.Groups.PauseAsync("lane");

        await Queue.Groups.ResumeAsync("lane");

        Assert.False((await GroupAsync("lane")).Paused);
        await CheckoutAsync();
    }

    [Fact]
    public async Task Resume_NotPaused_IsHarmless()
    {
        await EnqueueAsync("lane");

        await Queue.Groups.ResumeAsync("lane");

        await CheckoutAsync();
    }

    [Fact]
    public async Task Pause_Reopened_IsKept()
    {
        await EnqueueAsync("lane");
        await Queue.Groups.SetParallelismAsync("lane", 7);
        await Queue.Groups.PauseAsync("lane");

        await ReopenAsync();

        var info = await GroupAsync("lane");
        Assert.True(info.Paused);
        Assert.Equal(7, info.Parallelism);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Pause_OneGroup_LeavesTheOthers()
    {
        await EnqueueAsync("lane");
        var other = await EnqueueAsync("open");
        await Queue.Groups.PauseAsync("lane");

        Assert.Equal([other], (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task PauseOnFailure_AttemptsLeft_DoesNotPause()
    {
        await Queue.Groups.EnsureAsync("lane");
        await Queue.Groups.SetPauseOnFailureAsync("lane", true);
        await Queue.EnqueueAsync(new NewTask("work") { Group = "lane", MaxAttempts = 2, Retry = RetryPolicy.Immediate });

        Assert.True(await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("first try")));
        Assert.False((await GroupAsync("lane")).Paused);

        Assert.True(await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("last try")));
        Assert.True((await GroupAsync("lane")).Paused);
    }

    [Fact]
    public async Task PauseOnFailure_SwitchedOff_DoesNotPause()
    {
        await Queue.Groups.EnsureAsync("lane");
        await Queue.Groups.SetPauseOnFailureAsync("lane", true);
        await Queue.Groups.SetPauseOnFailureAsync("lane", false);

        await Queue.FailForGoodAsync(await EnqueueAsync("lane"));

        Assert.False((await GroupAsync("lane")).Paused);
    }

    [Fact]
    public async Task PauseOnFailure_FailureInOtherGroup_DoesNotPause()
    {
        await Queue.Groups.EnsureAsync("lane");
        await Queue.Groups.SetPauseOnFailureAsync("lane", true);

        await Queue.FailForGoodAsync(await EnqueueAsync("open"));

        Assert.False((await GroupAsync("lane")).Paused);
        Assert.False((await GroupAsync("open")).Paused);
    }

    [Fact]
    public async Task Remove_Default_IsRefused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Groups.RemoveAsync(NewTask.DefaultGroup));

        Assert.NotNull(await Queue.Groups.GetAsync(NewTask.DefaultGroup));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Remove_UnfinishedTasks_IsRefused(bool running)
    {
        await EnqueueAsync("lane");
        if (running)
        {
            await CheckoutAsync();
        }

        var refusal = await Assert.ThrowsAsync<GroupStateException>(async () => await Queue.Groups.RemoveAsync("lane"));

        Assert.Equal("lane", refusal.Group);
        Assert.False((await GroupAsync("lane")).Configured);
    }

    [Fact]
    public async Task Remove_EmptyGroup_IsGone()
    {
        await Queue.Groups.EnsureAsync("lane", 3);

        await Queue.Groups.RemoveAsync("lane");

        Assert.Null(await Queue.Groups.GetAsync("lane"));
        Assert.Equal([NewTask.DefaultGroup], (await Queue.Groups.ListAsync()).Select(group => group.Name));
    }

    [Fact]
    public async Task Remove_FinishedTasks_KeepTheName()
    {
        var id = await EnqueueAsync("lane");
        await Queue.SucceedAsync(id);

        await Queue.Groups.RemoveAsync("lane");

        Assert.Null(await Queue.Groups.GetAsync("lane"));
        Assert.DoesNotContain(await Queue.Groups.ListAsync(), group => group.Name == "lane");
        Assert.Equal("lane", (await GetAsync(id)).Group);
        Assert.Equal([id], (await Queue.Inspector.QueryAsync(new TaskQuery { Groups = ["lane"] })).Tasks.Select(task => task.Id));
        Assert.Equal(1, (await Queue.Inspector.CountAsync())["lane"].Done);
    }

    [Fact]
    public async Task Remove_ThenChange_IsNotFound()
    {
        await Queue.Groups.EnsureAsync("lane");
        await Queue.Groups.RemoveAsync("lane");

        await Assert.ThrowsAsync<GroupNotFoundException>(async () => await Queue.Groups.PauseAsync("lane"));
        await Assert.ThrowsAsync<GroupNotFoundException>(async () => await Queue.Groups.RemoveAsync("lane"));
    }

    [Fact]
    public async Task Remove_ThenEnqueue_BringsItBackWithItsSettingsAndFinishedTasks()
    {
        await Queue.Groups.EnsureAsync("lane", 1);
        await Queue.Groups.SetPauseOnFailureAsync("lane", true);
        await Queue.SucceedAsync(await EnqueueAsync("lane"));
        await Queue.Groups.PauseAsync("lane");
        await Queue.Groups.RemoveAsync("lane");

        await EnqueueManyAsync("lane", 2);

        var info = await GroupAsync("lane");
        Assert.Equal((1, true, true, true), (info.Parallelism, info.Paused, info.PauseOnFailure, info.Configured));
        Assert.Equal(new StateCounts(2, 0, 1, 0, 0), info.Counts);
        Assert.Empty(await Queue.CheckoutAsync(Worker(), 10));
        await Queue.Groups.ResumeAsync("lane");
        Assert.Single(await Queue.CheckoutAsync(Worker(), 10));
    }

    [Fact]
    public async Task Remove_ThenEnsure_MakesItWithDefaultSettings()
    {
        await Queue.Groups.EnsureAsync("lane", 3);
        await Queue.Groups.PauseAsync("lane");
        await Queue.Groups.SetPauseOnFailureAsync("lane", true);
        await Queue.Groups.RemoveAsync("lane");

        await Queue.Groups.EnsureAsync("lane");

        var info = await GroupAsync("lane");
        Assert.Equal((0, false, false), (info.Parallelism, info.Paused, info.PauseOnFailure));
    }

    [Fact]
    public async Task Remove_ThenRetryOfItsTask_MakesItAnew()
    {
        var id = await EnqueueAsync("lane");
        await Queue.FailForGoodAsync(id);
        await Queue.Groups.RemoveAsync("lane");

        await Queue.Control.RetryAsync(id);

        Assert.Equal(new StateCounts(1, 0, 0, 0, 0), (await GroupAsync("lane")).Counts);
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Counts_EveryStep_AreRightAtOnce()
    {
        await Queue.Groups.EnsureAsync("lane", 10);
        await EnqueueManyAsync("lane", 4);
        await AssertGroupAsync(running: 0, waiting: 0, new StateCounts(4, 0, 0, 0, 0));

        var first = await CheckoutAsync();
        await AssertGroupAsync(running: 1, waiting: 0, new StateCounts(3, 1, 0, 0, 0));
        await Queue.SuspendAsync(first.Lease);
        await AssertGroupAsync(running: 0, waiting: 1, new StateCounts(3, 1, 0, 0, 0));
        await Queue.ResumeAsync(first.Lease);
        await AssertGroupAsync(running: 1, waiting: 0, new StateCounts(3, 1, 0, 0, 0));
        await Queue.CompleteAsync(first.Lease);
        await AssertGroupAsync(running: 0, waiting: 0, new StateCounts(3, 0, 1, 0, 0));

        var second = await CheckoutAsync();
        await Queue.ReleaseAsync(second.Lease);
        await AssertGroupAsync(running: 0, waiting: 0, new StateCounts(3, 0, 1, 0, 0));
        second = await CheckoutAsync();
        await Queue.FailAsync(second.Lease, new TaskFailure("broke") { Permanent = true });
        await AssertGroupAsync(running: 0, waiting: 0, new StateCounts(2, 0, 1, 1, 0));
        await Queue.Control.RetryAsync(second.Id);
        await AssertGroupAsync(running: 0, waiting: 0, new StateCounts(3, 0, 1, 0, 0));
        await Queue.Control.CancelAsync(second.Id);
        await AssertGroupAsync(running: 0, waiting: 0, new StateCounts(2, 0, 1, 0, 1));

        var third = await CheckoutAsync();
        await Queue.Control.CancelAsync(third.Id);
        await AssertGroupAsync(running: 1, waiting: 0, new StateCounts(1, 1, 1, 0, 1));
        await Queue.ReleaseAsync(third.Lease);
        await AssertGroupAsync(running: 0, waiting: 0, new StateCounts(1, 0, 1, 0, 2));
        await Queue.Control.RemoveAsync([first.Id]);
        await AssertGroupAsync(running: 0, waiting: 0, new StateCounts(1, 0, 0, 0, 2));

        await ReopenAsync();
        await AssertGroupAsync(running: 0, waiting: 0, new StateCounts(1, 0, 0, 0, 2));
    }

    [Fact]
    public async Task HeldCounts_RemoveAndMove_AreThoseOfTheGroup()
    {
        var removed = await Queue.EnqueueAsync(new NewTask("work") { Group = "lane", Stashed = true });
        var moved = await Queue.EnqueueAsync(new NewTask("work") { Group = "lane", Stashed = true });

        await Queue.Control.EditAsync(moved, new TaskEdit { Group = "other" });
        await Queue.Control.CancelAsync(removed);

        await AssertHeldAsync(default);
        Assert.Equal(1, (await GroupAsync("other")).Stashed);
        Assert.Equal(1, (await Queue.Inspector.CountAsync()).TotalQueued.Stashed);
    }

    [Fact]
    public async Task OldestReadyAt_Tasks_IsThatOfTheOneThatIsReadyLongest()
    {
        var start = Time.GetUtcNow();
        await Queue.Groups.EnsureAsync("lane");
        await EnqueueAsync("other");
        Assert.Null((await GroupAsync("lane")).OldestReadyAt);

        var delayed = await Queue.EnqueueAsync(new NewTask("work") { Group = "lane", Delay = TimeSpan.FromSeconds(5) });
        Assert.Null((await GroupAsync("lane")).OldestReadyAt);
        Time.Advance(TimeSpan.FromSeconds(7));
        await Queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = ["none"] });
        Assert.Equal(start.AddSeconds(5), (await GroupAsync("lane")).OldestReadyAt);

        await Queue.EnqueueAsync(new NewTask("urgent") { Group = "lane", Priority = 9 });
        Assert.Equal(start.AddSeconds(5), (await GroupAsync("lane")).OldestReadyAt);
        await Queue.Control.CancelAsync(delayed);
        Assert.Equal(start.AddSeconds(7), (await GroupAsync("lane")).OldestReadyAt);
        Assert.Equal(start.AddSeconds(7), (await Queue.Groups.ListAsync()).Single(group => group.Name == "lane").OldestReadyAt);
    }

    [Fact]
    public async Task Edit_MovesTaskToOtherGroup_CountsMoveToo()
    {
        var id = await EnqueueAsync("lane");

        await Queue.Control.EditAsync(id, new TaskEdit { Group = "open" });

        Assert.Equal(default, (await GroupAsync("lane")).Counts);
        Assert.Equal(1, (await GroupAsync("open")).Counts.Queued);
        await Queue.Groups.PauseAsync("lane");
        Assert.Equal(id, (await CheckoutAsync()).Id);
        Assert.Equal(1, (await GroupAsync("open")).Running);
    }

    [Fact]
    public async Task Reopen_RunningTask_KeepsItsSlot()
    {
        await Queue.Groups.EnsureAsync("lane", 1);
        await EnqueueManyAsync("lane", 2);
        var task = await CheckoutAsync();

        await ReopenAsync();

        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Assert.True(await Queue.CompleteAsync(task.Lease));
        await CheckoutAsync();
    }

    private protected async Task<TaskId> EnqueueAsync(string group) => await Queue.EnqueueAsync(new NewTask("work") { Group = group });

    private async Task EnqueueManyAsync(string group, int count) =>
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work") { Group = group }, count)]);

    private protected async Task<GroupInfo> GroupAsync(string name)
    {
        var info = await Queue.Groups.GetAsync(name);
        Assert.NotNull(info);
        Assert.Equal(name, info.Name);
        return info;
    }

    private protected async Task AssertHeldAsync(QueuedCounts expected)
    {
        var info = await GroupAsync("lane");
        Assert.Equal(expected, new QueuedCounts(info.Ready, info.Delayed, info.Blocked, info.Stashed, info.AwaitingApproval, info.HeldByBudget));
        Assert.Equal(info with { Counts = default }, (await Queue.Groups.ListAsync()).Single(group => group.Name == "lane") with { Counts = default });
        Assert.Equal(expected, (await Queue.Inspector.CountAsync()).Queued["lane"]);
    }

    private async Task AssertGroupAsync(int running, int waiting, StateCounts counts)
    {
        var info = await GroupAsync("lane");
        Assert.Equal(running, info.Running);
        Assert.Equal(waiting, info.Waiting);
        Assert.Equal(counts, info.Counts);
        Assert.Equal(counts, (await Queue.Inspector.CountAsync())["lane"]);
    }
}

/// <summary>The same, with what needs dependencies, approvals, budgets, schedules or take-overs.</summary>
public abstract class GroupConformance : GroupBasics
{
    [Fact]
    public async Task Checkout_HeldTasks_TakeNoSlot()
    {
        await Queue.Groups.EnsureAsync("lane", 1);
        var parent = await EnqueueAsync("open");
        await CheckoutAsync();
        await Queue.EnqueueAsync(new NewTask("held") { Group = "lane", Delay = TimeSpan.FromHours(1) });
        await Queue.EnqueueAsync(new NewTask("held") { Group = "lane", Stashed = true });
        await Queue.EnqueueAsync(new NewTask("held") { Group = "lane", RequiresApproval = true });
        await Queue.EnqueueAsync(new NewTask("held") { Group = "lane", After = [parent] });
        var ready = await EnqueueAsync("lane");

        Assert.Equal(0, (await GroupAsync("lane")).Running);
        Assert.Equal(ready, (await CheckoutAsync()).Id);
        Assert.Equal(5, (await GroupAsync("lane")).Counts.Unfinished);
    }

    [Theory]
    [InlineData(TaskOutcome.Succeeded, false)]
    [InlineData(TaskOutcome.Failed, true)]
    [InlineData(TaskOutcome.TimedOut, true)]
    [InlineData(TaskOutcome.Abandoned, true)]
    [InlineData(TaskOutcome.DependencyFailed, false)]
    [InlineData(TaskOutcome.Rejected, false)]
    [InlineData(TaskOutcome.Cancelled, false)]
    [InlineData(TaskOutcome.Killed, false)]
    public async Task PauseOnFailure_TaskEndsByOutcome_PausesOnlyAfterAFailure(TaskOutcome outcome, bool pauses)
    {
        await Queue.Groups.EnsureAsync("lane");
        await Queue.Groups.SetPauseOnFailureAsync("lane", true);

        await Queue.EnqueueEndedAsync(Time, outcome, task => task with { Group = "lane" });

        Assert.Equal(pauses, (await GroupAsync("lane")).Paused);
        Assert.True((await GroupAsync("lane")).PauseOnFailure);
        await EnqueueAsync("lane");
        Assert.Equal(pauses, await Queue.CheckoutAsync(Worker()) is null);
    }

    [Fact]
    public async Task PauseOnFailure_DependentsOfTheFailedTask_AreKeptForRepair()
    {
        await Queue.Groups.EnsureAsync("lane");
        await Queue.Groups.SetPauseOnFailureAsync("lane", true);
        var parent = await EnqueueAsync("lane");
        var child = await Queue.EnqueueAsync(new NewTask("child") { Group = "lane", After = [parent] });

        await Queue.FailForGoodAsync(parent);
        await Queue.WorkOffAsync();

        Assert.Equal(TaskState.Queued, (await GetAsync(child)).State);
        Assert.True((await GetAsync(child)).Doomed);
        await Queue.Control.RetryAsync(parent);
        await Queue.Groups.ResumeAsync("lane");
        await Queue.SucceedAsync(parent);
        await Queue.SucceedAsync(child);
    }

    [Theory]
    [InlineData("retry")]
    [InlineData("schedule")]
    [InlineData("edit")]
    public async Task Remove_PausedGroupThatComesBackByItself_IsStillPausedAndLimited(string by)
    {
        var id = await EnqueueAsync("lane");
        await Queue.FailForGoodAsync(id);
        await Queue.Groups.SetParallelismAsync("lane", 2);
        await Queue.Groups.PauseAsync("lane");
        await Queue.Groups.RemoveAsync("lane");
        await ReopenAsync();

        switch (by)
        {
            case "retry":
                await Queue.Control.RetryAsync(id);
                break;
            case "schedule":
                await Queue.Schedules.AddAsync(new NewSchedule("s", "@every 1m", new NewTask("work") { Group = "lane" }));
                Time.Advance(TimeSpan.FromMinutes(1));
                break;
            default:
                await Queue.Control.EditAsync(await Queue.EnqueueAsync(new NewTask("work")), new TaskEdit { Group = "lane" });
                break;
        }

        Assert.Null(await Queue.CheckoutAsync(Worker()));
        var info = await GroupAsync("lane");
        Assert.Equal((2, true, 1L), (info.Parallelism, info.Paused, info.Counts.Queued));
    }

    [Theory]
    [InlineData("enqueue", false)]
    [InlineData("enqueue with a limit", false)]
    [InlineData("ensure", true)]
    [InlineData("limit", true)]
    [InlineData("pause", true)]
    [InlineData("pause on failure", true)]
    [InlineData("budget", true)]
    [InlineData("budget of every group", false)]
    public async Task Get_Group_TellsWhetherSomebodySetItUp(string how, bool configured)
    {
        await Queue.EnqueueAsync(new NewTask("work") { Group = "lane", GroupParallelism = how == "enqueue with a limit" ? 2 : null });
        var policy = new BudgetPolicy { Rate = new RateCap(5, TimeSpan.FromMinutes(1)) };
        await (how switch
        {
            "ensure" => Queue.Groups.EnsureAsync("lane"),
            "limit" => Queue.Groups.SetParallelismAsync("lane", 2),
            "pause" => Queue.Groups.PauseAsync("lane"),
            "pause on failure" => Queue.Groups.SetPauseOnFailureAsync("lane", true),
            "budget" => Queue.Budgets.SetAsync(BudgetTarget.Group("lane"), policy),
            "budget of every group" => Queue.Budgets.SetAsync(BudgetTarget.EveryGroup, policy),
            _ => ValueTask.CompletedTask,
        });

        Assert.Equal(configured, (await GroupAsync("lane")).Configured);
        await ReopenAsync();
        Assert.Equal(configured, (await Queue.Groups.ListAsync()).Single(group => group.Name == "lane").Configured);
    }

    [Fact]
    public async Task HeldCounts_EveryHold_CountsATaskUnderEachOfItsHolds()
    {
        var parent = await EnqueueAsync("other");
        NewTask work = new("work") { Group = "lane" };
        var blocked = await Queue.EnqueueAsync(work with { After = [parent] });
        var both = await Queue.EnqueueAsync(work with { After = [parent], Delay = TimeSpan.FromSeconds(5), Stashed = true });
        var approval = await Queue.EnqueueAsync(work with { RequiresApproval = true });
        await AssertHeldAsync(new QueuedCounts(Ready: 0, Delayed: 1, Blocked: 2, Stashed: 1, AwaitingApproval: 1, HeldByBudget: 0));

        await Queue.EnqueueAsync(work);
        await Queue.SucceedAsync(parent);
        await AssertHeldAsync(new QueuedCounts(Ready: 2, Delayed: 1, Blocked: 0, Stashed: 1, AwaitingApproval: 1, HeldByBudget: 0));
        await Queue.Control.ApproveAsync(approval, "ann");
        await Queue.Control.StashAsync(blocked);
        await AssertHeldAsync(new QueuedCounts(Ready: 2, Delayed: 1, Blocked: 0, Stashed: 2, AwaitingApproval: 0, HeldByBudget: 0));
        await Queue.Control.UnstashAsync(both);
        await AssertHeldAsync(new QueuedCounts(Ready: 2, Delayed: 1, Blocked: 0, Stashed: 1, AwaitingApproval: 0, HeldByBudget: 0));
        await Queue.Control.CancelAsync(blocked);
        Time.Advance(TimeSpan.FromSeconds(5));
        await CheckoutAsync();
        await AssertHeldAsync(new QueuedCounts(Ready: 2, Delayed: 0, Blocked: 0, Stashed: 0, AwaitingApproval: 0, HeldByBudget: 0));

        await ReopenAsync();
        await AssertHeldAsync(new QueuedCounts(Ready: 2, Delayed: 0, Blocked: 0, Stashed: 0, AwaitingApproval: 0, HeldByBudget: 0));
    }

    [Fact]
    public async Task HeldCounts_Budget_CountsThoseThatDoNotFit()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Value("tenant", "acme"), new BudgetPolicy { Rate = new RateCap(1, TimeSpan.FromMinutes(1)) });
        var work = new NewTask("work") { Group = "lane", Metadata = new Dictionary<string, string> { ["tenant"] = "acme" } };
        await Queue.EnqueueAsync([.. Enumerable.Repeat(work, 3)]);

        await Queue.CheckoutAsync(Worker(), 3);

        await AssertHeldAsync(new QueuedCounts(Ready: 0, Delayed: 0, Blocked: 0, Stashed: 0, AwaitingApproval: 0, HeldByBudget: 2));
    }
}

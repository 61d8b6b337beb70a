using Xunit;

namespace DurableQueue.Conformance;

/// <summary>What keeps a queued task from being ready, and what runs it all the same.</summary>
public abstract class HoldsBasics : ConformanceTest
{
    [Fact]
    public async Task Delay_NotOver_HoldsTheTask()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Delay = TimeSpan.FromSeconds(10) });
        Time.Advance(TimeSpan.FromMilliseconds(9_999));

        Assert.Equal(TaskHolds.NotBefore, (await GetAsync(id)).Holds);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Delay_Over_HoldIsGoneBeforeAnyCheckoutLooks()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Delay = TimeSpan.FromSeconds(10) });
        Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal((TaskState.Queued, TaskHolds.None), ((await GetAsync(id)).State, (await GetAsync(id)).Holds));
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Delay_Zero_IsReady()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Delay = TimeSpan.Zero });

        Assert.Equal(TaskHolds.None, (await GetAsync(id)).Holds);
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Delay_ManyDueAtDifferentTimes_EachComesAtItsOwn()
    {
        var ids = await Queue.EnqueueAsync(
            [.. Enumerable.Range(1, 5).Select(minutes => new NewTask("a") { Delay = TimeSpan.FromMinutes(6 - minutes) })]);
        var order = new List<TaskId>();
        for (var minute = 1; minute <= 5; minute++)
        {
            Time.Advance(TimeSpan.FromMinutes(1));
            order.AddRange((await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
        }

        Assert.Equal(ids.Reverse(), order);
    }

    [Fact]
    public async Task Delay_MoreDueThanOneSweepTakes_AllComeInTheEnd()
    {
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a") { Delay = TimeSpan.FromMinutes(1) }, 1_100)]);
        Time.Advance(TimeSpan.FromMinutes(1));

        var taken = new List<TaskId>();
        while (await Queue.CheckoutAsync(Worker(), 400) is { Count: > 0 } tasks)
        {
            taken.AddRange(tasks.Select(task => task.Id));
        }

        Assert.Equal(1_100, taken.Distinct().Count());
    }

    [Fact]
    public async Task Stashed_AtEnqueue_HoldsUntilUnstash()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Stashed = true });
        Assert.Equal(TaskHolds.Stashed, (await GetAsync(id)).Holds);
        Assert.Null(await Queue.CheckoutAsync(Worker()));

        await Queue.Control.UnstashAsync(id);

        Assert.Equal(TaskHolds.None, (await GetAsync(id)).Holds);
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Stash_ReadyTask_IsNotOffered()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a") { Priority = 5 }, new NewTask("a")]);

        await Queue.Control.StashAsync(ids[0]);

        Assert.Equal(TaskHolds.Stashed, (await GetAsync(ids[0])).Holds);
        Assert.Equal(ids[1], (await CheckoutAsync()).Id);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Stash_Twice_IsHarmless()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        await Queue.Control.StashAsync(id);
        var before = await Queue.SnapshotAsync(id);

        await Queue.Control.StashAsync(id);

        Assert.Equal(before, await Queue.SnapshotAsync(id));
        await Queue.Control.UnstashAsync(id);
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Unstash_NotStashed_IsHarmless()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Delay = TimeSpan.FromHours(1) });
        var before = await Queue.SnapshotAsync(id);

        await Queue.Control.UnstashAsync(id);

        Assert.Equal(before, await Queue.SnapshotAsync(id));
    }

    [Fact]
    public async Task Unstash_KeepsItsPlace()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a") { Stashed = true }, new NewTask("a")]);
        await Queue.Control.UnstashAsync(ids[0]);

        Assert.Equal(ids, (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Holds_OfARunningTask_AreNone()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Delay = TimeSpan.FromMinutes(1) });
        Time.Advance(TimeSpan.FromMinutes(1));
        await CheckoutAsync();

        Assert.Equal(TaskHolds.None, (await GetAsync(id)).Holds);
    }

    [Fact]
    public async Task RunNow_DelayedAndStashed_ClearsBothAndRunsNext()
    {
        await Queue.EnqueueAsync(new NewTask("a") { Priority = 100 });
        var id = await Queue.EnqueueAsync(new NewTask("a") { Delay = TimeSpan.FromHours(1), Stashed = true, Priority = -5 });

        await Queue.Control.RunNowAsync(id);

        Assert.Equal((TaskHolds.None, true), ((await GetAsync(id)).Holds, (await GetAsync(id)).Urgent));
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task RunNow_InBackoff_RunsNext()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom") { RetryAfter = TimeSpan.FromHours(1) });

        await Queue.Control.RunNowAsync(id);

        Assert.Equal(2, (await CheckoutAsync()).Attempt);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunNow_FullGroup_RunsPastTheLimitAndCounts(bool atEnqueue)
    {
        await Queue.Groups.EnsureAsync("one", 1);
        await Queue.EnqueueAsync([new NewTask("a") { Group = "one" }, new NewTask("a") { Group = "one" }]);
        var first = await CheckoutAsync();
        var urgent = await EnqueueUrgentAsync("one", atEnqueue);

        Assert.Equal(urgent, Assert.Single(await Queue.CheckoutAsync(Worker(), 10)).Id);

        Assert.Equal(2, (await Queue.Groups.GetAsync("one"))?.Running);
        await Queue.CompleteAsync(first.Lease);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        await Queue.AssertInvariantsAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunNow_PausedGroup_RunsAllTheSame(bool atEnqueue)
    {
        await Queue.EnqueueAsync(new NewTask("a") { Group = "one" });
        await Queue.Groups.PauseAsync("one");
        var urgent = await EnqueueUrgentAsync("one", atEnqueue);

        Assert.Equal(urgent, Assert.Single(await Queue.CheckoutAsync(Worker(), 10)).Id);
        Assert.True((await Queue.Groups.GetAsync("one"))?.Paused);
    }

    [Fact]
    public async Task RunNow_WorkerOfOtherGroupsOrTypes_DoesNotGetIt()
    {
        var id = await Queue.EnqueueAsync(new NewTask("x") { Group = "one" });
        await Queue.Control.RunNowAsync(id);

        Assert.Null(await Queue.CheckoutAsync(Worker() with { Groups = ["two", "default"] }));
        Assert.Null(await Queue.CheckoutAsync(Worker() with { Types = ["y"] }));
        Assert.Null(await Queue.CheckoutAsync(Worker() with { Groups = ["one"], Types = ["y"] }));
        Assert.Equal(id, (await Queue.CheckoutAsync(Worker() with { Groups = ["one"], Types = ["x"] }))?.Id);
    }

    [Fact]
    public async Task RunNow_CheckedOut_MarkIsCleared()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        var urgent = await EnqueueUrgentAsync("one", atEnqueue: true);
        var other = await Queue.EnqueueAsync(new NewTask("a") { Group = "one", Priority = 50 });
        var task = await CheckoutAsync();
        Assert.Equal((urgent, false), (task.Id, (await GetAsync(urgent)).Urgent));

        await Queue.ReleaseAsync(task.Lease);

        Assert.False((await GetAsync(urgent)).Urgent);
        Assert.Equal(other, (await CheckoutAsync()).Id);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task RunNow_TakesOnlyAsManyAsAskedFor()
    {
        await EnqueueUrgentAsync("one", atEnqueue: true);
        await EnqueueUrgentAsync("one", atEnqueue: true);

        Assert.Single(await Queue.CheckoutAsync(Worker(), 1));
    }

    [Fact]
    public async Task RunNow_StashedAfterwards_IsHeld()
    {
        var id = await EnqueueUrgentAsync("one", atEnqueue: false);

        await Queue.Control.StashAsync(id);

        Assert.Equal(TaskHolds.Stashed, (await GetAsync(id)).Holds);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task RunNow_DelayedByAnEditAfterwards_IsHeld()
    {
        var id = await EnqueueUrgentAsync("one", atEnqueue: false);

        await Queue.Control.EditAsync(id, new TaskEdit { NotBefore = Time.GetUtcNow().AddHours(1) });

        Assert.Equal(TaskHolds.NotBefore, (await GetAsync(id)).Holds);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    private protected async Task AssertRunNowRefusedAsync(TaskId id)
    {
        var before = await Queue.SnapshotAsync(id);

        var error = await Assert.ThrowsAsync<TaskStateException>(async () => await Queue.Control.RunNowAsync(id));

        Assert.Equal((id, TaskState.Queued), (error.Id, error.State));
        Assert.Equal(before, await Queue.SnapshotAsync(id));
    }

    private async Task<TaskId> EnqueueUrgentAsync(string group, bool atEnqueue)
    {
        var id = await Queue.EnqueueAsync(new NewTask("urgent") { Group = group, RunNow = atEnqueue });
        if (!atEnqueue)
        {
            await Queue.Control.RunNowAsync(id);
        }

        Assert.True((await GetAsync(id)).Urgent);
        return id;
    }

    private protected async Task<TaskHolds> LiftAsync(string step, TaskId id, Lease parent)
    {
        switch (step)
        {
            case "approve":
                await Queue.Control.ApproveAsync(id, "ann");
                return TaskHolds.Approval;
            case "unstash":
                await Queue.Control.UnstashAsync(id);
                return TaskHolds.Stashed;
            case "time":
                Time.Advance(TimeSpan.FromMinutes(1));
                return TaskHolds.NotBefore;
            default:
                Assert.True(await Queue.CompleteAsync(parent));
                return TaskHolds.Dependencies;
        }
    }
}

/// <summary>The same, with what needs dependencies, approvals, budgets, schedules or take-overs.</summary>
public abstract class HoldsConformance : HoldsBasics
{
    [Fact]
    public async Task Delay_Waiting_TakesNoSlot()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        await Queue.EnqueueAsync(new NewTask("a") { Group = "one", Delay = TimeSpan.FromHours(1), Priority = 9 });
        await Queue.EnqueueAsync(new NewTask("a") { Group = "one", Stashed = true, Priority = 9 });
        await Queue.EnqueueAsync(new NewTask("a") { Group = "one", RequiresApproval = true, Priority = 9 });
        var ready = await Queue.EnqueueAsync(new NewTask("a") { Group = "one" });

        Assert.Equal(0, (await Queue.Groups.GetAsync("one"))?.Running);
        Assert.Equal(ready, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Approval_Pending_HoldsUntilApproved()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { RequiresApproval = true });
        Assert.Equal(TaskHolds.Approval, (await GetAsync(id)).Holds);
        Assert.Null(await Queue.CheckoutAsync(Worker()));

        await Queue.Control.ApproveAsync(id, "ann", "looks right");

        Assert.Equal(TaskHolds.None, (await GetAsync(id)).Holds);
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Approve_Twice_IsRefused()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { RequiresApproval = true });
        await Queue.Control.ApproveAsync(id, "ann");
        var before = await Queue.SnapshotAsync(id);

        var error = await Assert.ThrowsAsync<TaskStateException>(async () => await Queue.Control.ApproveAsync(id, "bob"));
        await Assert.ThrowsAsync<TaskStateException>(async () => await Queue.Control.RejectAsync(id, "bob", "changed my mind"));

        Assert.Equal((id, TaskState.Queued), (error.Id, error.State));
        Assert.Equal(before, await Queue.SnapshotAsync(id));
    }

    [Fact]
    public async Task Reject_Pending_EndsRejectedWithTheReason()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { RequiresApproval = true });
        Time.Advance(TimeSpan.FromSeconds(5));

        await Queue.Control.RejectAsync(id, "ann", "far too dear");

        var info = await GetAsync(id);
        Assert.Equal((TaskState.Failed, TaskOutcome.Rejected, 0), (info.State, info.Outcome, info.Attempt));
        Assert.Contains("far too dear", info.LastError, StringComparison.Ordinal);
        Assert.Equal(Time.GetUtcNow(), info.FinishedAt);
        Assert.NotNull(info.FinishSequence);
        Assert.Empty(await Queue.Inspector.GetAttemptsAsync(id));
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Approval_OfATaskThatWasReleased_IsNotAskedForAgain()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { RequiresApproval = true, Retry = RetryPolicy.Immediate });
        await Queue.Control.ApproveAsync(id, "ann");
        await Queue.ReleaseAsync((await CheckoutAsync()).Lease);
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom"));

        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Theory]
    [InlineData("approve", "unstash", "time", "parent")]
    [InlineData("parent", "time", "unstash", "approve")]
    [InlineData("time", "approve", "parent", "unstash")]
    [InlineData("unstash", "parent", "approve", "time")]
    public async Task Holds_AllFourAtOnce_ReadyOnlyWhenTheLastIsGone(params string[] steps)
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var id = await Queue.EnqueueAsync(new NewTask("child")
        {
            After = [parent],
            Delay = TimeSpan.FromMinutes(1),
            Stashed = true,
            RequiresApproval = true,
        });
        var lease = (await CheckoutAsync()).Lease;
        var expected = TaskHolds.Dependencies | TaskHolds.NotBefore | TaskHolds.Stashed | TaskHolds.Approval;
        Assert.Equal(expected, (await GetAsync(id)).Holds);

        foreach (var step in steps)
        {
            Assert.Null(await Queue.CheckoutAsync(Worker()));
            expected &= ~await LiftAsync(step, id, lease);
            Assert.Equal(expected, (await GetAsync(id)).Holds);
        }

        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Holds_SurviveAReopen()
    {
        var ids = await Queue.EnqueueAsync([
            new NewTask("a") { Delay = TimeSpan.FromMinutes(1) }, new NewTask("a") { Stashed = true }, new NewTask("a") { RequiresApproval = true },
        ]);
        await ReopenAsync();

        Assert.Equal(TaskHolds.NotBefore, (await GetAsync(ids[0])).Holds);
        Assert.Equal(TaskHolds.Stashed, (await GetAsync(ids[1])).Holds);
        Assert.Equal(TaskHolds.Approval, (await GetAsync(ids[2])).Holds);
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(ids[0], Assert.Single(await Queue.CheckoutAsync(Worker(), 10)).Id);
    }

    [Fact]
    public async Task RunNow_WaitsForAnApproval_IsRefused()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { RequiresApproval = true, Stashed = true, Delay = TimeSpan.FromHours(1) });
        await AssertRunNowRefusedAsync(id);
    }

    [Fact]
    public async Task RunNow_WaitsForDependencies_IsRefused()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var id = await Queue.EnqueueAsync(new NewTask("a") { After = [parent], Delay = TimeSpan.FromHours(1) });
        await AssertRunNowRefusedAsync(id);
    }

    [Theory]
    [InlineData("stash")]
    [InlineData("unstash")]
    [InlineData("approve")]
    [InlineData("reject")]
    [InlineData("run now")]
    public async Task Control_UnknownTask_IsNotFound(string call)
    {
        var id = new TaskId(4711);

        var error = await Assert.ThrowsAsync<TaskNotFoundException>(async () => await (call switch
        {
            "stash" => Queue.Control.StashAsync(id),
            "unstash" => Queue.Control.UnstashAsync(id),
            "approve" => Queue.Control.ApproveAsync(id, "ann"),
            "reject" => Queue.Control.RejectAsync(id, "ann", "no"),
            _ => Queue.Control.RunNowAsync(id),
        }));

        Assert.Equal(id, error.Id);
    }
}

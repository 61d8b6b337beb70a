using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Deleting tasks: finished ones by age, and any that do not run by hand.</summary>
public abstract class PruneRemoveBasics : ConformanceTest
{
    private protected static readonly RetentionPolicy KeepNothing = RetentionPolicy.KeepFor(TimeSpan.Zero);

    public static TheoryData<TaskOutcome> Outcomes => [.. QueueSteps.Outcomes];

    [Fact]
    public async Task Prune_Groups_DeletesOnlyInThem()
    {
        var kept = await Queue.EnqueueAsync(new NewTask("work"));
        var gone = await Queue.EnqueueAsync(new NewTask("work") { Group = "ml" });
        await Queue.SucceedAsync(kept);
        await Queue.SucceedAsync(gone);

        Assert.Equal(1, await Queue.Control.PruneAsync(KeepNothing with { Groups = ["ml", "nobody's"] }));

        Assert.NotNull(await Queue.Inspector.GetAsync(kept));
        Assert.Null(await Queue.Inspector.GetAsync(gone));
    }

    [Fact]
    public async Task Prune_Age_IsCountedFromTheFinish()
    {
        var old = await Queue.EnqueueAsync(new NewTask("work"));
        var young = await Queue.EnqueueAsync(new NewTask("work"));
        await Queue.SucceedAsync(old);
        Time.Advance(TimeSpan.FromHours(2));
        await Queue.SucceedAsync(young);
        Time.Advance(TimeSpan.FromMinutes(30));

        Assert.Equal(1, await Queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.FromHours(1))));
        Assert.Null(await Queue.Inspector.GetAsync(old));
        Assert.NotNull(await Queue.Inspector.GetAsync(young));

        Time.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal(1, await Queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.FromHours(1))));
        Assert.Null(await Queue.Inspector.GetAsync(young));
    }

    [Fact]
    public async Task Prune_DifferentAges_AppliesEach()
    {
        var succeeded = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded);
        var failed = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Failed);
        var policy = new RetentionPolicy { Succeeded = TimeSpan.FromHours(1), Failed = TimeSpan.FromDays(7) };
        Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(1, await Queue.Control.PruneAsync(policy));
        Assert.Null(await Queue.Inspector.GetAsync(succeeded));

        Time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(1, await Queue.Control.PruneAsync(policy));
        Assert.Null(await Queue.Inspector.GetAsync(failed));
    }

    [Fact]
    public async Task Prune_EmptyPolicy_DeletesNothing()
    {
        await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded);
        Time.Advance(TimeSpan.FromDays(1_000));

        Assert.Equal(0, await Queue.Control.PruneAsync(new RetentionPolicy()));
    }

    [Fact]
    public async Task Prune_UnfinishedTasks_AreKept()
    {
        await Queue.EnqueueAsync(new NewTask("work"));
        await Queue.EnqueueAsync(new NewTask("work") { Stashed = true });
        await CheckoutAsync();
        Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(0, await Queue.Control.PruneAsync(KeepNothing));
        Assert.Equal(new StateCounts(1, 1, 0, 0, 0), (await Queue.Inspector.CountAsync()).Total);
    }

    [Fact]
    public async Task Prune_RetriedTask_IsKept()
    {
        var id = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Failed);
        await Queue.Control.RetryAsync(id);

        Assert.Equal(0, await Queue.Control.PruneAsync(KeepNothing));
        Assert.Equal(TaskState.Queued, (await GetAsync(id)).State);
    }

    [Fact]
    public async Task Prune_NegativeAge_IsRefused()
    {
        await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded);

        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await Queue.Control.PruneAsync(new RetentionPolicy { Succeeded = TimeSpan.FromSeconds(-1) }));

        Assert.Equal(1, (await Queue.Inspector.CountAsync()).Total.Done);
    }

    [Fact]
    public async Task Prune_LongestAge_KeepsAll()
    {
        await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded);

        Assert.Equal(0, await Queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.MaxValue)));
    }

    [Fact]
    public async Task Prune_FinishedTasks_CountsFollow()
    {
        await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded, task => task with { Group = "lane" });
        await Queue.EnqueueEndedAsync(Time, TaskOutcome.Failed, task => task with { Group = "lane" });
        await Queue.EnqueueEndedAsync(Time, TaskOutcome.Cancelled, task => task with { Group = "lane" });

        Assert.Equal(1, await Queue.Control.PruneAsync(new RetentionPolicy { Failed = TimeSpan.Zero }));
        Assert.Equal(new StateCounts(0, 0, 1, 0, 1), (await Queue.Inspector.CountAsync())["lane"]);

        Assert.Equal(2, await Queue.Control.PruneAsync(KeepNothing));
        Assert.Equal(default(StateCounts), (await Queue.Groups.GetAsync("lane"))!.Counts);
    }

    [Fact]
    public async Task Prune_LastTaskOfRemovedGroup_RemovesItFromTheCounts()
    {
        await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded, task => task with { Group = "lane" });
        await Queue.Groups.RemoveAsync("lane");

        await Queue.Control.PruneAsync(KeepNothing);

        Assert.Equal([NewTask.DefaultGroup], (await Queue.Inspector.CountAsync()).Groups.Keys);
    }

    [Fact]
    public async Task Prune_DeletedTask_LeavesNothingToRead()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work", Utf8("input")));
        await Queue.SucceedAsync(id, Utf8("output"));
        await Queue.Control.PruneAsync(KeepNothing);

        Assert.Null(await Queue.Inspector.GetAsync(id));
        await Assert.ThrowsAsync<TaskNotFoundException>(async () => await Queue.Inspector.GetResultAsync(id));
        await Assert.ThrowsAsync<TaskNotFoundException>(async () => await Queue.Control.RetryAsync(id));
        Assert.Empty(await Queue.ReadPagesAsync(new TaskQuery()));
    }

    [Fact]
    public async Task Prune_HighestId_IsNeverUsedAgain()
    {
        var pruned = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded);
        await Queue.Control.PruneAsync(KeepNothing);
        await ReopenAsync();

        Assert.True(await Queue.EnqueueAsync(new NewTask("work")) > pruned);
    }

    [Fact]
    public async Task Prune_KeyHeldForever_StaysTaken()
    {
        var task = new NewTask("work") { DedupKey = "k", DedupScope = DedupScope.Forever };
        var id = await Queue.EnqueueAsync(task);
        await Queue.SucceedAsync(id);
        await Queue.Control.PruneAsync(KeepNothing);

        Assert.Equal(new EnqueueResult(id, Created: false), await Queue.EnqueueOrGetAsync(task));
        Assert.Equal(0, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Remove_QueuedTask_IsGone()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));

        await Queue.Control.RemoveAsync([id]);

        Assert.Null(await Queue.Inspector.GetAsync(id));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Assert.Equal(0, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Remove_RunningTask_IsRefused()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var task = await CheckoutAsync();

        var refusal = await Assert.ThrowsAsync<TaskStateException>(async () => await Queue.Control.RemoveAsync([id]));

        Assert.Equal(id, refusal.Id);
        Assert.Equal(TaskState.CheckedOut, refusal.State);
        Assert.True(await Queue.CompleteAsync(task.Lease));
    }

    [Fact]
    public async Task Remove_OneOfListRuns_RemovesNone()
    {
        var first = await Queue.EnqueueAsync(new NewTask("work"));
        await CheckoutAsync();
        var second = await Queue.EnqueueAsync(new NewTask("work"));

        await Assert.ThrowsAsync<TaskStateException>(async () => await Queue.Control.RemoveAsync([second, first]));

        Assert.NotNull(await Queue.Inspector.GetAsync(second));
        Assert.Equal(new StateCounts(1, 1, 0, 0, 0), (await Queue.Inspector.CountAsync()).Total);
    }

    [Fact]
    public async Task Remove_OneOfListUnknown_RemovesNone()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var unknown = new TaskId(987_654);

        var missing = await Assert.ThrowsAsync<TaskNotFoundException>(async () => await Queue.Control.RemoveAsync([id, unknown]));

        Assert.Equal(unknown, missing.Id);
        Assert.NotNull(await Queue.Inspector.GetAsync(id));
    }

    [Fact]
    public async Task Remove_EmptyList_IsHarmless()
    {
        await Queue.EnqueueAsync(new NewTask("work"));

        await Queue.Control.RemoveAsync([]);

        Assert.Equal(1, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Remove_MoreThanTenThousandIds_IsRefused()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Control.RemoveAsync(
            [.. Enumerable.Range(0, 10_001).Select(number => new TaskId(id.Value + number))]));

        Assert.NotNull(await Queue.Inspector.GetAsync(id));
    }

    [Theory]
    [InlineData(DedupScope.Active, false)]
    [InlineData(DedupScope.Forever, false)]
    [InlineData(DedupScope.Forever, true)]
    public async Task Remove_TaskWithKey_FreesIt(DedupScope scope, bool finished)
    {
        var task = new NewTask("work") { DedupKey = "k", DedupScope = scope };
        var id = await Queue.EnqueueAsync(task);
        if (finished)
        {
            await Queue.SucceedAsync(id);
        }

        await Queue.Control.RemoveAsync([id]);

        var again = await Queue.EnqueueOrGetAsync(task);
        Assert.True(again.Created);
        Assert.True(again.Id > id);
    }

    [Fact]
    public async Task Remove_FinishedTaskWhoseKeyIsTakenAnew_LeavesTheKeyToItsHolder()
    {
        var task = new NewTask("work") { DedupKey = "k" };
        var old = await Queue.EnqueueAsync(task);
        await Queue.SucceedAsync(old);
        var holder = await Queue.EnqueueAsync(task);

        await Queue.Control.RemoveAsync([old]);

        Assert.Equal(new EnqueueResult(holder, Created: false), await Queue.EnqueueOrGetAsync(task));
    }

    [Fact]
    public async Task Remove_HighestId_IsNeverUsedAgain()
    {
        var removed = await Queue.EnqueueAsync(new NewTask("work"));
        await Queue.Control.RemoveAsync([removed]);
        await ReopenAsync();

        Assert.True(await Queue.EnqueueAsync(new NewTask("work")) > removed);
    }

    [Fact]
    public async Task Remove_ManyTasks_RemovesAll()
    {
        var ids = await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work"), 2_500)]);

        await Queue.Control.RemoveAsync(ids);

        Assert.Equal(0, (await Queue.Inspector.CountAsync()).Total.Total);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    private protected static RetentionPolicy Keep(TaskOutcome outcome, TimeSpan age) => outcome switch
    {
        TaskOutcome.Succeeded => new() { Succeeded = age },
        TaskOutcome.Failed => new() { Failed = age },
        TaskOutcome.TimedOut => new() { TimedOut = age },
        TaskOutcome.Abandoned => new() { Abandoned = age },
        TaskOutcome.DependencyFailed => new() { DependencyFailed = age },
        TaskOutcome.Rejected => new() { Rejected = age },
        TaskOutcome.Cancelled => new() { Cancelled = age },
        _ => new() { Killed = age },
    };
}

/// <summary>The same, with what needs dependencies, approvals, budgets, schedules or take-overs.</summary>
public abstract class PruneRemoveConformance : PruneRemoveBasics
{
    [Theory]
    [MemberData(nameof(Outcomes))]
    public async Task Prune_AgeOfOneOutcome_DeletesOnlyThatOutcome(TaskOutcome outcome)
    {
        var ids = new Dictionary<TaskOutcome, TaskId>();
        foreach (var each in QueueSteps.Outcomes)
        {
            ids[each] = await Queue.EnqueueEndedAsync(Time, each);
        }

        await Queue.Control.PruneAsync(Keep(outcome, TimeSpan.Zero));

        foreach (var (each, id) in ids)
        {
            Assert.Equal(each == outcome, await Queue.Inspector.GetAsync(id) is null);
        }
    }

    [Fact]
    public async Task Prune_ParentOfDoomedTask_IsKeptUntilItIsSettled()
    {
        await Queue.Groups.EnsureAsync("lane");
        await Queue.Groups.PauseAsync("lane");
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(new NewTask("child") { Group = "lane", After = [parent] });
        await Queue.Control.CancelAsync(parent);
        await Queue.WorkOffAsync();

        Assert.Equal(0, await Queue.Control.PruneAsync(KeepNothing));
        Assert.NotNull(await Queue.Inspector.GetAsync(parent));

        await Queue.Groups.ResumeAsync("lane");
        await Queue.FinishedAsync(child);
        Assert.Equal(2, await Queue.Control.PruneAsync(KeepNothing));
    }

    [Fact]
    public async Task Prune_RightAfterAFinishThatReleasesMany_LosesNoDependent()
    {
        const int Children = 2_000;
        var tasks = new List<NewTask> { new("parent") };
        tasks.AddRange(Enumerable.Repeat(new NewTask("child") { After = [TaskDependency.OnItem(0)] }, Children));
        var ids = await Queue.EnqueueAsync(tasks);
        await Queue.SucceedAsync(ids[0]);

        await Queue.Control.PruneAsync(KeepNothing);

        await Queue.WorkOffAsync();
        Assert.Equal(Children, (await Queue.CheckoutAsync(Worker(), 10_000)).Count);
    }

    [Fact]
    public async Task Prune_ParentOfReleasedTask_IsDeleted()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(new NewTask("child") { After = [parent] });
        await Queue.SucceedAsync(parent);

        Assert.Equal(1, await Queue.Control.PruneAsync(KeepNothing));

        Assert.Null(await Queue.Inspector.GetAsync(parent));
        await Queue.SucceedAsync(child);
    }

    [Fact]
    public async Task Prune_MoreThanOneChunk_DeletesAll()
    {
        const int Children = 2_499;
        var tasks = new List<NewTask> { new("parent") };
        tasks.AddRange(Enumerable.Repeat(new NewTask("child") { After = [TaskDependency.OnItem(0)] }, Children));
        var ids = await Queue.EnqueueAsync(tasks);
        await Queue.Control.CancelAsync(ids[0]);
        await Queue.FinishedAsync(ids);

        Assert.Equal(Children + 1, await Queue.Control.PruneAsync(KeepNothing));
        Assert.Equal(0, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Prune_MoreThanOneChunkAndSomeAreKept_DeletesTheRest()
    {
        var kept = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Failed);
        var parent = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Cancelled);
        var ids = await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("child") { After = [parent] }, 1_200)]);
        await Queue.FinishedAsync(ids);

        Assert.Equal(1_200, await Queue.Control.PruneAsync(new RetentionPolicy { DependencyFailed = TimeSpan.Zero }));

        Assert.NotNull(await Queue.Inspector.GetAsync(kept));
        Assert.NotNull(await Queue.Inspector.GetAsync(parent));
    }

    [Theory]
    [MemberData(nameof(Outcomes))]
    public async Task Remove_FinishedTask_IsGone(TaskOutcome outcome)
    {
        var id = await Queue.EnqueueEndedAsync(Time, outcome, task => task with { Group = "lane" });

        await Queue.Control.RemoveAsync([id]);

        Assert.Null(await Queue.Inspector.GetAsync(id));
        Assert.Equal(default, (await Queue.Inspector.CountAsync())["lane"]);
    }

    [Theory]
    [InlineData(TaskHolds.Stashed)]
    [InlineData(TaskHolds.Approval)]
    [InlineData(TaskHolds.NotBefore)]
    public async Task Remove_HeldTask_IsGone(TaskHolds hold)
    {
        var id = await Queue.EnqueueAsync(new NewTask("work")
        {
            Stashed = hold == TaskHolds.Stashed,
            RequiresApproval = hold == TaskHolds.Approval,
            Delay = hold == TaskHolds.NotBefore ? TimeSpan.FromMinutes(1) : null,
        });

        await Queue.Control.RemoveAsync([id]);

        Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Assert.Equal(default, (await Queue.Inspector.CountAsync()).Total);
    }

    [Fact]
    public async Task Remove_WaitingDependentOutsideTheList_IsRefused()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(new NewTask("child") { After = [parent] });

        await Assert.ThrowsAsync<TaskStateException>(async () => await Queue.Control.RemoveAsync([parent]));

        Assert.NotNull(await Queue.Inspector.GetAsync(parent));
        Assert.Equal(1, (await GetAsync(child)).PendingDependencies);
    }

    [Fact]
    public async Task Remove_DoomedDependentOutsideTheList_IsRefused()
    {
        await Queue.Groups.EnsureAsync("lane");
        await Queue.Groups.PauseAsync("lane");
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        await Queue.EnqueueAsync(new NewTask("child") { Group = "lane", After = [parent] });
        await Queue.Control.CancelAsync(parent);
        await Queue.WorkOffAsync();

        await Assert.ThrowsAsync<TaskStateException>(async () => await Queue.Control.RemoveAsync([parent]));

        Assert.NotNull(await Queue.Inspector.GetAsync(parent));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Remove_WaitingDependentInTheList_RemovesBoth(bool childFirst)
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(new NewTask("child") { After = [parent] });

        await Queue.Control.RemoveAsync(childFirst ? [child, parent] : [parent, child]);

        Assert.Equal(0, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Remove_Dependent_LeavesTheParent()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(new NewTask("child") { After = [parent] });

        await Queue.Control.RemoveAsync([child]);

        await Queue.SucceedAsync(parent);
        Assert.Equal(new StateCounts(0, 0, 1, 0, 0), (await Queue.Inspector.CountAsync()).Total);
    }

    [Fact]
    public async Task Remove_ParentOfReleasedTask_IsAccepted()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(new NewTask("child") { After = [parent] });
        await Queue.SucceedAsync(parent);

        await Queue.Control.RemoveAsync([parent]);

        await Queue.SucceedAsync(child);
    }

    [Fact]
    public async Task Remove_ParentOfFinishedTask_IsAccepted()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(new NewTask("child") { After = [parent] });
        await Queue.Control.CancelAsync(parent);
        await Queue.FinishedAsync(child);

        await Queue.Control.RemoveAsync([parent]);

        Assert.Equal(TaskOutcome.DependencyFailed, (await GetAsync(child)).Outcome);
    }
}

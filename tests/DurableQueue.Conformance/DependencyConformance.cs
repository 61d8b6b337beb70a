using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Tasks that wait for other tasks: conditions, cascades, pauses, retries, edits, whole trees.</summary>
public abstract class DependencyConformance : ConformanceTest
{
    public static TheoryData<DependencyCondition, TaskOutcome> ConditionsAndOutcomes
    {
        get
        {
            var data = new TheoryData<DependencyCondition, TaskOutcome>();
            foreach (var condition in Enum.GetValues<DependencyCondition>())
            {
                foreach (var outcome in QueueSteps.Outcomes)
                {
                    data.Add(condition, outcome);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(ConditionsAndOutcomes))]
    public async Task Finish_ConditionAndOutcome_ReleasesOrFailsTheDependent(DependencyCondition when, TaskOutcome outcome)
    {
        var parent = await Queue.EnqueueForAsync(outcome);
        var child = await Queue.EnqueueAsync(Child(new TaskDependency(parent, when)));
        var before = await GetAsync(child);
        Assert.Equal(TaskHolds.Dependencies, before.Holds);
        Assert.Equal(1, before.PendingDependencies);
        await AssertEdgeAsync(child, parent, when, DependencyState.Waiting);

        await Queue.EndAsync(Time, parent, outcome);

        await AssertSettledAsync(child, parent, when, outcome);
    }

    [Theory]
    [MemberData(nameof(ConditionsAndOutcomes))]
    public async Task Enqueue_ParentFinishedBefore_IsReadyOrFailsAtOnce(DependencyCondition when, TaskOutcome outcome)
    {
        var parent = await Queue.EnqueueEndedAsync(Time, outcome);

        var child = await Queue.EnqueueAsync(Child(new TaskDependency(parent, when)));

        await AssertSettledAsync(child, parent, when, outcome);
    }

    [Fact]
    public async Task Checkout_ThatTakesBackTheLastAttempt_GivesTheDependentItReleases()
    {
        var ids = await Queue.EnqueueAsync([
            new NewTask("a") { MaxAttempts = 1 }, new NewTask("b") { After = [TaskDependency.OnItem(0, DependencyCondition.Failed)] },
        ]);
        await CheckoutAsync();
        Time.Advance(TimeSpan.FromSeconds(301));

        Assert.Equal(ids[1], (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Enqueue_ParentFinishedBefore_TellsOfTheFailureWithoutAnyFurtherCall()
    {
        var parent = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Cancelled);

        var child = await Queue.EnqueueAsync(Child(parent));

        var info = await GetAsync(child);
        Assert.Equal(TaskOutcome.DependencyFailed, info.Outcome);
        Assert.NotNull(info.FinishSequence);
        Assert.Equal(Time.GetUtcNow(), info.FinishedAt);
    }

    [Fact]
    public async Task Enqueue_OneParentFinishedOneNot_WaitsForTheOther()
    {
        var done = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded);
        var open = await Queue.EnqueueAsync(new NewTask("parent"));

        var child = await Queue.EnqueueAsync(Child(done, open));

        Assert.Equal(1, (await GetAsync(child)).PendingDependencies);
        await AssertEdgeAsync(child, done, DependencyCondition.Succeeded, DependencyState.Satisfied);
        await AssertEdgeAsync(child, open, DependencyCondition.Succeeded, DependencyState.Waiting);
        await Queue.SucceedAsync(open);
        await AssertReadyAsync(child);
    }

    [Fact]
    public async Task Checkout_DependencyUnfinished_NeverOffersTheDependent()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Child(parent) with { Priority = 100 });

        var taken = await Queue.CheckoutAsync(Worker(), 10);

        Assert.Equal([parent], taken.Select(task => task.Id));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Assert.True(await Queue.CompleteAsync(taken[0].Lease));
        Assert.Equal(child, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Checkout_ParentFailsWithAttemptsLeft_DependentStillWaits()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent") { Retry = RetryPolicy.Immediate });
        var child = await Queue.EnqueueAsync(Child(parent));

        var lease = (await Queue.TakeAsync(parent)).Lease;
        Assert.True(await Queue.FailAsync(lease, new TaskFailure("first try")));

        await AssertEdgeAsync(child, parent, DependencyCondition.Succeeded, DependencyState.Waiting);
        Assert.Equal(TaskHolds.Dependencies, (await GetAsync(child)).Holds);
        await Queue.SucceedAsync(parent);
        await AssertReadyAsync(child);
    }

    [Fact]
    public async Task RunNow_DependencyUnfinished_IsRefused()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Child(parent));

        var refusal = await Assert.ThrowsAsync<TaskStateException>(async () => await Queue.Control.RunNowAsync(child));

        Assert.Equal(child, refusal.Id);
        Assert.Equal(TaskState.Queued, refusal.State);
        Assert.False((await GetAsync(child)).Urgent);
    }

    [Fact]
    public async Task Finish_ParentFails_CascadesOverAllLevels()
    {
        var ids = await Queue.EnqueueAsync([new("parent"), ChildOfItem(0), ChildOfItem(1), ChildOfItem(2)]);

        await Queue.FailForGoodAsync(ids[0]);

        var summary = await Queue.FinishedAsync(ids);
        Assert.Equal(1, summary.Failed);
        Assert.Equal(3, summary.DependencyFailed);
        for (var level = 1; level < ids.Count; level++)
        {
            Assert.Contains(ids[level - 1].ToString(), (await GetAsync(ids[level])).LastError, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Finish_CascadeReachesConditionFailed_RunsTheFallback()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Child(parent));
        var fallback = await Queue.EnqueueAsync(Child(new TaskDependency(child, DependencyCondition.Failed)));

        await Queue.Control.CancelAsync(parent);

        await Queue.FinishedAsync(child);
        await Queue.WorkOffAsync();
        await AssertReadyAsync(fallback);
    }

    [Fact]
    public async Task Finish_OneOfTwoParentsFails_FailsTheDependentAtOnce()
    {
        var bad = await Queue.EnqueueAsync(new NewTask("bad"));
        var open = await Queue.EnqueueAsync(new NewTask("open"));
        var child = await Queue.EnqueueAsync(Child(open, bad));

        await Queue.FailForGoodAsync(bad);

        await Queue.FinishedAsync(child);
        Assert.Equal(TaskOutcome.DependencyFailed, (await GetAsync(child)).Outcome);
        await Queue.SucceedAsync(open);
        await Queue.WorkOffAsync();
        Assert.Equal(TaskState.Failed, (await GetAsync(child)).State);
    }

    [Fact]
    public async Task Finish_Diamond_ReleasesTheJoinExactlyOnce()
    {
        var ids = await Queue.EnqueueAsync([new("top"), ChildOfItem(0) with { Type = "left" }, ChildOfItem(0) with { Type = "right" }, ChildOfItems(1, 2)]);

        await Queue.SucceedAsync(ids[0]);
        await Queue.SucceedAsync(ids[1]);
        Assert.Equal(1, (await GetAsync(ids[3])).PendingDependencies);
        Assert.Equal(TaskHolds.Dependencies, (await GetAsync(ids[3])).Holds);
        await Queue.SucceedAsync(ids[2]);

        var join = await CheckoutAsync();
        Assert.Equal(ids[3], join.Id);
        Assert.Equal(1, join.Attempt);
        Assert.Null(await Queue.CheckoutAsync(Worker("w2")));
    }

    [Fact]
    public async Task Finish_DiamondFails_FailsTheJoinExactlyOnce()
    {
        var ids = await Queue.EnqueueAsync([new("top"), ChildOfItem(0), ChildOfItem(0), ChildOfItems(1, 2)]);

        await Queue.FailForGoodAsync(ids[0]);
        await Queue.FinishedAsync(ids);
        await Queue.WorkOffAsync();

        var finishes = await Queue.ReadFinishesAsync(0, 4);
        Assert.Equal(ids.Order(), finishes.Select(finish => finish.Id).Order());
        Assert.Equal(finishes[^1].Sequence, await Queue.Inspector.GetFinishSequenceAsync());
        Assert.Equal(4, (await Queue.Inspector.CountAsync()).Total.Failed);
    }

    [Fact]
    public async Task Finish_ManyDependents_ReleasesAll()
    {
        const int Children = 2_000;
        var tasks = new List<NewTask> { new("parent") };
        tasks.AddRange(Enumerable.Repeat(ChildOfItem(0), Children));
        var ids = await Queue.EnqueueAsync(tasks);

        await Queue.SucceedAsync(ids[0]);

        var taken = await Queue.CheckoutAsync(Worker(), 10_000);
        Assert.Equal(ids.Skip(1), taken.Select(task => task.Id));
    }

    [Fact]
    public async Task Finish_ManyDependentsBroken_FailsAll()
    {
        const int Children = 2_000;
        var tasks = new List<NewTask> { new("parent") };
        tasks.AddRange(Enumerable.Repeat(ChildOfItem(0), Children));
        var ids = await Queue.EnqueueAsync(tasks);

        await Queue.Control.CancelAsync(ids[0]);

        var summary = await Queue.FinishedAsync(ids);
        Assert.Equal(1, summary.Cancelled);
        Assert.Equal(Children, summary.DependencyFailed);
    }

    [Fact]
    public async Task Finish_ManyDependentsWithDependentsBroken_FailsAllOfBothLevels()
    {
        const int Children = 1_100;
        var tasks = new List<NewTask> { new("parent") };
        tasks.AddRange(Enumerable.Repeat(ChildOfItem(0), Children));
        tasks.AddRange(Enumerable.Range(1, Children).Select(ChildOfItem));
        var ids = await Queue.EnqueueAsync(tasks);

        // More work is left over by this one finish than one chunk reads.
        await Queue.Control.CancelAsync(ids[0]);

        Assert.Equal(2 * Children, (await Queue.FinishedAsync(ids)).DependencyFailed);
    }

    [Fact]
    public async Task Finish_LongChainBroken_FailsAll()
    {
        var ids = await Queue.EnqueueAsync(Chain(1_000));

        await Queue.FailForGoodAsync(ids[0]);

        var summary = await Queue.FinishedAsync(ids);
        Assert.Equal(999, summary.DependencyFailed);
        Assert.Equal(new StateCounts(0, 0, 0, 1_000, 0), (await Queue.Inspector.CountAsync()).Total);
    }

    [Fact]
    public async Task Finish_LongChainWrittenBackwards_FailsAll()
    {
        const int Length = 1_000;
        var ids = await Queue.EnqueueAsync(
            [.. Enumerable.Range(0, Length).Select(index => index == Length - 1 ? new NewTask("root") : ChildOfItem(index + 1))]);

        await Queue.FailForGoodAsync(ids[^1]);

        Assert.Equal(Length - 1, (await Queue.FinishedAsync(ids)).DependencyFailed);
    }

    [Fact]
    public async Task Cancel_RootOfChainLongerThanOneChunk_FailsAll()
    {
        var ids = await Queue.EnqueueAsync(Chain(6_000));

        Assert.Equal(CancelResult.Cancelled, await Queue.Control.CancelAsync(ids[0]));

        await Queue.FinishedAsync(ids[^1]);
        Assert.Equal(new StateCounts(0, 0, 0, 5_999, 1), (await Queue.Inspector.CountAsync()).Total);
    }

    [Fact]
    public async Task Cancel_ReopenedBeforeTheChainIsSettled_GoesOnSettling()
    {
        var ids = await Queue.EnqueueAsync(Chain(6_000));
        await Queue.Control.CancelAsync(ids[0]);

        await ReopenAsync();

        Assert.Equal(5_999, (await Queue.FinishedAsync([.. ids.Skip(1)])).DependencyFailed);
    }

    [Fact]
    public async Task Enqueue_OnItemForwardAndBackward_WaitsForThatItem()
    {
        var ids = await Queue.EnqueueAsync([ChildOfItem(1), new("middle"), ChildOfItem(1)]);

        await AssertEdgeAsync(ids[0], ids[1], DependencyCondition.Succeeded, DependencyState.Waiting);
        await AssertEdgeAsync(ids[2], ids[1], DependencyCondition.Succeeded, DependencyState.Waiting);
        await Queue.SucceedAsync(ids[1]);
        Assert.Equal([ids[0], ids[2]], (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Enqueue_OnItemWithCondition_KeepsIt()
    {
        var ids = await Queue.EnqueueAsync(
            [new("parent"), Child(TaskDependency.OnItem(0, DependencyCondition.Failed))]);

        await AssertEdgeAsync(ids[1], ids[0], DependencyCondition.Failed, DependencyState.Waiting);
        await Queue.FailForGoodAsync(ids[0]);
        await AssertReadyAsync(ids[1]);
    }

    [Fact]
    public async Task Enqueue_OnItemWhoseKeyIsTaken_WaitsForTheHolder()
    {
        var holder = await Queue.EnqueueAsync(new NewTask("holder") { DedupKey = "k" });

        var ids = await Queue.EnqueueAsync([new("again") { DedupKey = "k" }, ChildOfItem(0)]);

        Assert.Equal(holder, ids[0]);
        await AssertEdgeAsync(ids[1], holder, DependencyCondition.Succeeded, DependencyState.Waiting);
    }

    [Fact]
    public async Task Enqueue_OnItemMixedWithStoredTask_WaitsForBoth()
    {
        var stored = await Queue.EnqueueAsync(new NewTask("stored"));

        var ids = await Queue.EnqueueAsync([new("item"), Child(stored, TaskDependency.OnItem(0))]);

        Assert.Equal(2, (await GetAsync(ids[1])).PendingDependencies);
        await Queue.SucceedAsync(stored);
        await Queue.SucceedAsync(ids[0]);
        await AssertReadyAsync(ids[1]);
    }

    [Fact]
    public async Task Enqueue_OnItemOutOfRange_IsRefused()
    {
        await AssertRefusedAsync([new("first"), ChildOfItem(2)]);
    }

    [Fact]
    public async Task Enqueue_OnItemInSingleTask_IsRefused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.EnqueueAsync(ChildOfItem(1)));

        Assert.Equal(0, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Enqueue_OnItemOfItself_IsRefused()
    {
        await AssertRefusedAsync([new("first"), ChildOfItem(1)]);
    }

    [Fact]
    public async Task Enqueue_CycleOfTwo_IsRefused()
    {
        await AssertRefusedAsync([ChildOfItem(1), ChildOfItem(0)]);
    }

    [Fact]
    public async Task Enqueue_LongCycleBehindValidTasks_IsRefused()
    {
        await AssertRefusedAsync([new("first"), .. Enumerable.Range(1, 500).Select(index => ChildOfItem(index == 500 ? 1 : index + 1))]);
    }

    [Fact]
    public async Task Enqueue_UnknownDependency_IsRefused()
    {
        await AssertRefusedAsync([new("first"), Child(new TaskId(987_654))]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Enqueue_DependencyIdThatNoTaskHas_IsRefused(long id)
    {
        await AssertRefusedAsync([new("first"), Child(new TaskId(id))]);
    }

    [Fact]
    public async Task Enqueue_PrunedDependency_IsRefusedAsUnknown()
    {
        var parent = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded);
        Assert.Equal(1, await Queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero)));

        await AssertRefusedAsync([Child(parent)]);
    }

    [Fact]
    public async Task Enqueue_RemovedDependency_IsRefusedAsUnknown()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        await Queue.Control.RemoveAsync([parent]);

        await AssertRefusedAsync([Child(parent)]);
    }

    [Fact]
    public async Task Enqueue_ThousandDependencies_AreAllAwaited()
    {
        var parents = await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("parent"), 1_000)]);

        var child = await Queue.EnqueueAsync(new NewTask("child") { After = [.. parents.Select(TaskDependency.FromTaskId)] });

        Assert.Equal(1_000, (await GetAsync(child)).PendingDependencies);
        Assert.Equal(1_000, (await Queue.Inspector.GetDependenciesAsync(child)).Count);
    }

    [Fact]
    public async Task Enqueue_MoreThanThousandDependencies_IsRefused()
    {
        var parents = await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("parent"), 1_001)]);

        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await Queue.EnqueueAsync(new NewTask("child") { After = [.. parents.Select(TaskDependency.FromTaskId)] }));

        Assert.Equal(1_001, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Enqueue_OneParentSucceededAndFailed_IsRefused()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));

        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await Queue.EnqueueAsync(Child(parent, new TaskDependency(parent, DependencyCondition.Failed))));

        Assert.Equal(1, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Enqueue_OneItemSucceededAndFailed_IsRefused()
    {
        await AssertRefusedAsync(
            [new("parent"), Child(TaskDependency.OnItem(0), TaskDependency.OnItem(0, DependencyCondition.Failed))]);
    }

    [Fact]
    public async Task Enqueue_SameDependencyTwice_CountsOnce()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));

        var child = await Queue.EnqueueAsync(Child(parent, parent));

        Assert.Equal(1, (await GetAsync(child)).PendingDependencies);
        Assert.Single(await Queue.Inspector.GetDependenciesAsync(child));
        await Queue.SucceedAsync(parent);
        await AssertReadyAsync(child);
    }

    [Fact]
    public async Task Enqueue_UnknownCondition_IsRefused()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));

        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await Queue.EnqueueAsync(Child(new TaskDependency(parent, (DependencyCondition)17))));

        Assert.Equal(1, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Finish_OtherHoldsRemain_ReleasesOnlyTheDependency()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Child(parent) with { Stashed = true, RequiresApproval = true });

        await Queue.SucceedAsync(parent);

        Assert.Equal(TaskHolds.Stashed | TaskHolds.Approval, (await GetAsync(child)).Holds);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Theory]
    [InlineData(TaskHolds.Stashed)]
    [InlineData(TaskHolds.Approval)]
    [InlineData(TaskHolds.NotBefore)]
    public async Task Finish_BrokenDependencyOfHeldTask_FailsItAllTheSame(TaskHolds hold)
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Child(parent) with
        {
            Stashed = hold == TaskHolds.Stashed,
            RequiresApproval = hold == TaskHolds.Approval,
            Delay = hold == TaskHolds.NotBefore ? TimeSpan.FromHours(1) : null,
        });

        await Queue.Control.CancelAsync(parent);

        await Queue.FinishedAsync(child);
        var info = await GetAsync(child);
        Assert.Equal(TaskOutcome.DependencyFailed, info.Outcome);
        Assert.Equal(TaskHolds.None, info.Holds);
    }

    [Fact]
    public async Task Retry_Parent_NeverBlocksAReleasedDependentAgain()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Child(parent));
        await Queue.SucceedAsync(parent);

        await Queue.Control.RetryAsync(parent, withDependents: true);
        await Queue.FailForGoodAsync(parent);
        await Queue.WorkOffAsync();

        await AssertEdgeAsync(child, parent, DependencyCondition.Succeeded, DependencyState.Satisfied);
        await AssertReadyAsync(child);
    }

    [Fact]
    public async Task Prune_ParentOfSatisfiedEdge_LeavesTheEdge()
    {
        var first = await Queue.EnqueueAsync(new NewTask("first"));
        var second = await Queue.EnqueueAsync(new NewTask("second"));
        var child = await Queue.EnqueueAsync(Child(first, second));
        await Queue.SucceedAsync(first);

        Assert.Equal(1, await Queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero)));

        Assert.Null(await Queue.Inspector.GetAsync(first));
        await AssertEdgeAsync(child, first, DependencyCondition.Succeeded, DependencyState.Satisfied);
        Assert.Equal(1, (await GetAsync(child)).PendingDependencies);
        await Queue.SucceedAsync(second);
        await AssertReadyAsync(child);
    }

    [Fact]
    public async Task Finish_BrokenWhileGroupPaused_DoomsTheDependentOnly()
    {
        var (parent, child) = await EnqueueDoomedAsync();

        var info = await GetAsync(child);
        Assert.Equal(TaskState.Queued, info.State);
        Assert.True(info.Doomed);
        Assert.True(info.Holds.HasFlag(TaskHolds.Dependencies));
        Assert.Equal(0, info.PendingDependencies);
        await AssertEdgeAsync(child, parent, DependencyCondition.Succeeded, DependencyState.Broken);
        await Assert.ThrowsAsync<TaskStateException>(async () => await Queue.Control.RunNowAsync(child));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Enqueue_ListItemBrokenAtOnce_FailsThoseThatWaitForIt()
    {
        var failed = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Failed);

        var ids = await Queue.EnqueueAsync(
        [
            new NewTask("before") { After = [TaskDependency.OnItem(1)] },
            new NewTask("broken") { After = [failed] },
            new NewTask("behind") { After = [TaskDependency.OnItem(1)] },
            new NewTask("otherwise") { After = [TaskDependency.OnItem(1, DependencyCondition.Failed)] },
        ]);

        Assert.Equal(TaskOutcome.DependencyFailed, (await GetAsync(ids[0])).Outcome);
        Assert.Equal(TaskOutcome.DependencyFailed, (await GetAsync(ids[1])).Outcome);
        Assert.Equal(TaskOutcome.DependencyFailed, (await GetAsync(ids[2])).Outcome);
        Assert.Equal(ids[3], (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Enqueue_ParentBrokenBeforeAndGroupPaused_IsDoomed()
    {
        var parent = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Failed);
        await Queue.Groups.EnsureAsync("lane");
        await Queue.Groups.PauseAsync("lane");

        var child = await Queue.EnqueueAsync(Child(parent) with { Group = "lane" });

        var info = await GetAsync(child);
        Assert.Equal(TaskState.Queued, info.State);
        Assert.True(info.Doomed);
    }

    [Fact]
    public async Task Finish_BrokenWhileGroupPaused_CascadeStopsThere()
    {
        var (_, child) = await EnqueueDoomedAsync();
        var grandchild = await Queue.EnqueueAsync(Child(child));

        await Queue.WorkOffAsync();
        Assert.Equal(TaskState.Queued, (await GetAsync(grandchild)).State);
        Assert.False((await GetAsync(grandchild)).Doomed);

        await Queue.Groups.ResumeAsync("lane");
        Assert.Equal(2, (await Queue.FinishedAsync(child, grandchild)).DependencyFailed);
    }

    [Fact]
    public async Task Resume_DoomedTask_FailsIt()
    {
        var (parent, child) = await EnqueueDoomedAsync();

        await Queue.Groups.ResumeAsync("lane");

        await Queue.FinishedAsync(child);
        var info = await GetAsync(child);
        Assert.Equal(TaskOutcome.DependencyFailed, info.Outcome);
        Assert.False(info.Doomed);
        Assert.Contains(parent.ToString(), info.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_MoreDoomedTasksThanOneChunk_FailsAll()
    {
        await Queue.Groups.EnsureAsync("lane");
        await Queue.Groups.PauseAsync("lane");
        var parent = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Cancelled);
        var ids = await Queue.EnqueueAsync([.. Enumerable.Repeat(Child(parent) with { Group = "lane" }, 1_500)]);
        Assert.Equal(1_500, (await Queue.Inspector.CountAsync())["lane"].Queued);

        await Queue.Groups.ResumeAsync("lane");

        Assert.Equal(1_500, (await Queue.FinishedAsync(ids)).DependencyFailed);
    }

    [Fact]
    public async Task Resume_DoomedTask_IsNeverOfferedInBetween()
    {
        await EnqueueDoomedAsync();

        await Queue.Groups.ResumeAsync("lane");

        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Edit_DoomedTaskIntoUnpausedGroup_FailsIt()
    {
        var (_, child) = await EnqueueDoomedAsync();

        await Queue.Control.EditAsync(child, new TaskEdit { Group = "open" });

        await Queue.FinishedAsync(child);
        var info = await GetAsync(child);
        Assert.Equal(TaskOutcome.DependencyFailed, info.Outcome);
        Assert.Equal("open", info.Group);
    }

    [Fact]
    public async Task Edit_DoomedTaskWithoutTheBrokenDependency_RepairsIt()
    {
        var (_, child) = await EnqueueDoomedAsync();

        await Queue.Control.EditAsync(child, new TaskEdit { After = [] });

        var info = await GetAsync(child);
        Assert.False(info.Doomed);
        Assert.Equal(TaskHolds.None, info.Holds);
        await Queue.Groups.ResumeAsync("lane");
        await AssertReadyAsync(child);
    }

    [Fact]
    public async Task Cancel_DoomedTask_CancelsIt()
    {
        var (_, child) = await EnqueueDoomedAsync();

        Assert.Equal(CancelResult.Cancelled, await Queue.Control.CancelAsync(child));

        var info = await GetAsync(child);
        Assert.Equal(TaskOutcome.Cancelled, info.Outcome);
        Assert.False(info.Doomed);
    }

    [Fact]
    public async Task Retry_ParentOfDoomedTask_RepairsIt()
    {
        var (parent, child) = await EnqueueDoomedAsync();

        await Queue.Control.RetryAsync(parent);
        await Queue.WorkOffAsync();

        var info = await GetAsync(child);
        Assert.False(info.Doomed);
        Assert.Equal(TaskHolds.Dependencies, info.Holds);
        Assert.Equal(1, info.PendingDependencies);
        await AssertEdgeAsync(child, parent, DependencyCondition.Succeeded, DependencyState.Waiting);
        await Queue.Groups.ResumeAsync("lane");
        await Queue.SucceedAsync(parent);
        await AssertReadyAsync(child);
    }

    [Fact]
    public async Task Retry_OneOfTwoParentsOfDoomedTask_LeavesItDoomed()
    {
        await Queue.Groups.EnsureAsync("lane");
        await Queue.Groups.PauseAsync("lane");
        var first = await Queue.EnqueueAsync(new NewTask("first"));
        var second = await Queue.EnqueueAsync(new NewTask("second"));
        var child = await Queue.EnqueueAsync(Child(first, second) with { Group = "lane" });
        await Queue.Control.CancelAsync(first);
        await Queue.Control.CancelAsync(second);
        await Queue.WorkOffAsync();

        await Queue.Control.RetryAsync(first);
        await Queue.WorkOffAsync();

        Assert.True((await GetAsync(child)).Doomed);
        await AssertEdgeAsync(child, first, DependencyCondition.Succeeded, DependencyState.Waiting);
        await AssertEdgeAsync(child, second, DependencyCondition.Succeeded, DependencyState.Broken);
    }

    [Fact]
    public async Task Retry_ParentAlone_LeavesFailedDependents()
    {
        var ids = await Queue.EnqueueAsync(Chain(3));
        await Queue.FailForGoodAsync(ids[0]);
        await Queue.FinishedAsync(ids);

        await Queue.Control.RetryAsync(ids[0]);
        await Queue.WorkOffAsync();

        Assert.Equal(TaskState.Queued, (await GetAsync(ids[0])).State);
        Assert.Equal(TaskOutcome.DependencyFailed, (await GetAsync(ids[1])).Outcome);
        Assert.Equal(TaskOutcome.DependencyFailed, (await GetAsync(ids[2])).Outcome);
    }

    [Fact]
    public async Task Retry_WithDependents_BringsTheWholeTreeBack()
    {
        var ids = await Queue.EnqueueAsync(Chain(4));
        await Queue.FailForGoodAsync(ids[0]);
        await Queue.FinishedAsync(ids);

        await Queue.Control.RetryAsync(ids[0], withDependents: true);
        await Queue.WorkOffAsync();

        foreach (var id in ids.Skip(1))
        {
            var info = await GetAsync(id);
            Assert.Equal(TaskState.Queued, info.State);
            Assert.Equal(TaskOutcome.None, info.Outcome);
            Assert.Equal(TaskHolds.Dependencies, info.Holds);
            Assert.Equal(1, info.PendingDependencies);
            Assert.Null(info.FinishSequence);
        }

        foreach (var id in ids)
        {
            await Queue.SucceedAsync(id);
        }

        Assert.Equal(4, (await Queue.Inspector.CountAsync()).Total.Done);
    }

    [Fact]
    public async Task Retry_WithDependents_LeavesTheCancelledOnes()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var cancelled = await Queue.EnqueueAsync(Child(parent));
        var fallen = await Queue.EnqueueAsync(Child(parent));
        await Queue.Control.CancelAsync(cancelled);
        await Queue.FailForGoodAsync(parent);
        await Queue.FinishedAsync(fallen);

        await Queue.Control.RetryAsync(parent, withDependents: true);
        await Queue.WorkOffAsync();

        Assert.Equal(TaskState.Cancelled, (await GetAsync(cancelled)).State);
        Assert.Equal(TaskState.Queued, (await GetAsync(fallen)).State);
    }

    [Fact]
    public async Task Retry_WithDependents_LeavesThoseWhoseKeyAnotherTaskHolds()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var keyed = await Queue.EnqueueAsync(Child(parent) with { DedupKey = "invoice 7" });
        var other = await Queue.EnqueueAsync(Child(parent));
        await Queue.FailForGoodAsync(parent);
        await Queue.FinishedAsync(keyed, other);
        var holder = await Queue.EnqueueOrGetAsync(new NewTask("holder") { DedupKey = "invoice 7" });
        Assert.True(holder.Created);

        await Queue.Control.RetryAsync(parent, withDependents: true);
        await Queue.WorkOffAsync();

        Assert.Equal(TaskOutcome.DependencyFailed, (await GetAsync(keyed)).Outcome);
        Assert.Equal(TaskState.Queued, (await GetAsync(other)).State);
        Assert.Equal(new EnqueueResult(holder.Id, Created: false), await Queue.EnqueueOrGetAsync(new NewTask("again") { DedupKey = "invoice 7" }));
    }

    [Fact]
    public async Task Retry_WithDependentsDiamond_RunsTheJoinOnce()
    {
        var ids = await Queue.EnqueueAsync([new("top"), ChildOfItem(0) with { Type = "left" }, ChildOfItem(0) with { Type = "right" }, ChildOfItems(1, 2)]);
        await Queue.FailForGoodAsync(ids[0]);
        await Queue.FinishedAsync(ids);

        await Queue.Control.RetryAsync(ids[0], withDependents: true);
        await Queue.WorkOffAsync();

        Assert.Equal(2, (await GetAsync(ids[3])).PendingDependencies);
        await Queue.SucceedAsync(ids[0]);
        await Queue.SucceedAsync(ids[1]);
        Assert.Equal(TaskHolds.Dependencies, (await GetAsync(ids[3])).Holds);
        await Queue.SucceedAsync(ids[2]);
        await Queue.SucceedAsync(ids[3]);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Retry_WithDependentsOfOneOfTwoBrokenParents_NeedsTheOtherToo()
    {
        var first = await Queue.EnqueueAsync(new NewTask("first"));
        var second = await Queue.EnqueueAsync(new NewTask("second"));
        var child = await Queue.EnqueueAsync(Child(first, second));
        await Queue.FailForGoodAsync(first);
        await Queue.FailForGoodAsync(second);
        await Queue.FinishedAsync(child);

        await Queue.Control.RetryAsync(first, withDependents: true);
        await Queue.WorkOffAsync();
        Assert.Equal(TaskOutcome.DependencyFailed, (await GetAsync(child)).Outcome);

        await Queue.Control.RetryAsync(second, withDependents: true);
        await Queue.WorkOffAsync();
        Assert.Equal(TaskState.Queued, (await GetAsync(child)).State);
        await Queue.SucceedAsync(first);
        await Queue.SucceedAsync(second);
        await AssertReadyAsync(child);
    }

    [Fact]
    public async Task Retry_DependentWhileEdgeIsBroken_IsRefusedAndNamesTheParent()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Child(parent));
        await Queue.FailForGoodAsync(parent);
        await Queue.FinishedAsync(child);

        var refusal = await Assert.ThrowsAsync<TaskStateException>(async () => await Queue.Control.RetryAsync(child));

        Assert.Equal(child, refusal.Id);
        Assert.Equal(TaskState.Failed, refusal.State);
        Assert.Contains(parent.ToString(), refusal.Message, StringComparison.Ordinal);
        Assert.Equal(TaskState.Failed, (await GetAsync(child)).State);
    }

    [Fact]
    public async Task Retry_DependentAfterTheParentWasRepaired_IsReady()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Child(parent));
        await Queue.FailForGoodAsync(parent);
        await Queue.FinishedAsync(child);
        await Queue.Control.RetryAsync(parent);
        await Queue.SucceedAsync(parent);

        await Queue.Control.RetryAsync(child);

        await AssertEdgeAsync(child, parent, DependencyCondition.Succeeded, DependencyState.Satisfied);
        await AssertReadyAsync(child);
    }

    [Fact]
    public async Task Retry_DependentWhileTheRetriedParentIsUnfinished_WaitsForIt()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Child(parent));
        await Queue.FailForGoodAsync(parent);
        await Queue.FinishedAsync(child);
        await Queue.Control.RetryAsync(parent);

        await Queue.Control.RetryAsync(child);

        Assert.Equal(TaskHolds.Dependencies, (await GetAsync(child)).Holds);
        await AssertEdgeAsync(child, parent, DependencyCondition.Succeeded, DependencyState.Waiting);
        await Queue.SucceedAsync(parent);
        await AssertReadyAsync(child);
    }

    [Fact]
    public async Task Edit_AddsDependency_HoldsTheTask()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(new NewTask("child"));

        await Queue.Control.EditAsync(child, new TaskEdit { After = [parent] });

        Assert.Equal(TaskHolds.Dependencies, (await GetAsync(child)).Holds);
        Assert.Equal([parent], (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Edit_RemovesDependencies_ReleasesTheTask()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Child(parent));

        await Queue.Control.EditAsync(child, new TaskEdit { After = [] });

        Assert.Empty(await Queue.Inspector.GetDependenciesAsync(child));
        Assert.Equal(0, (await GetAsync(child)).PendingDependencies);
        await AssertReadyAsync(child);
    }

    [Fact]
    public async Task Edit_ReplacesDependency_OnlyTheNewOneCounts()
    {
        var old = await Queue.EnqueueAsync(new NewTask("old"));
        var replacement = await Queue.EnqueueAsync(new NewTask("replacement"));
        var child = await Queue.EnqueueAsync(Child(old));

        await Queue.Control.EditAsync(child, new TaskEdit { After = [replacement] });

        await Queue.Control.CancelAsync(old);
        await Queue.WorkOffAsync();
        Assert.Equal(TaskHolds.Dependencies, (await GetAsync(child)).Holds);
        await AssertEdgeAsync(child, replacement, DependencyCondition.Succeeded, DependencyState.Waiting);
        await Queue.SucceedAsync(replacement);
        await AssertReadyAsync(child);
    }

    [Fact]
    public async Task Edit_ChangesCondition_IsKept()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Child(parent));

        await Queue.Control.EditAsync(child, new TaskEdit { After = [new(parent, DependencyCondition.Finished)] });

        await Queue.Control.CancelAsync(parent);
        await AssertEdgeAsync(child, parent, DependencyCondition.Finished, DependencyState.Satisfied);
        await AssertReadyAsync(child);
    }

    [Fact]
    public async Task Edit_AddsSatisfiedDependency_StaysReady()
    {
        var done = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded);
        var child = await Queue.EnqueueAsync(new NewTask("child"));

        await Queue.Control.EditAsync(child, new TaskEdit { After = [done] });

        await AssertEdgeAsync(child, done, DependencyCondition.Succeeded, DependencyState.Satisfied);
        await AssertReadyAsync(child);
    }

    [Fact]
    public async Task Edit_AddsBrokenDependency_FailsTheTask()
    {
        var failed = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Failed);
        var child = await Queue.EnqueueAsync(new NewTask("child"));

        await Queue.Control.EditAsync(child, new TaskEdit { After = [failed] });

        await Queue.FinishedAsync(child);
        Assert.Equal(TaskOutcome.DependencyFailed, (await GetAsync(child)).Outcome);
    }

    [Fact]
    public async Task Edit_OtherFieldsOnly_LeavesDependencies()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Child(parent));

        await Queue.Control.EditAsync(child, new TaskEdit { Label = "renamed" });

        await AssertEdgeAsync(child, parent, DependencyCondition.Succeeded, DependencyState.Waiting);
        Assert.Equal(1, (await GetAsync(child)).PendingDependencies);
    }

    [Fact]
    public async Task Edit_MakesCycle_IsRefusedAndChangesNothing()
    {
        var ids = await Queue.EnqueueAsync(Chain(5));

        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await Queue.Control.EditAsync(ids[0], new TaskEdit { Label = "renamed", After = [ids[4]] }));

        Assert.Empty(await Queue.Inspector.GetDependenciesAsync(ids[0]));
        var info = await GetAsync(ids[0]);
        Assert.Null(info.Label);
        Assert.Equal(TaskHolds.None, info.Holds);
    }

    [Fact]
    public async Task Edit_DependsOnItself_IsRefused()
    {
        var id = await Queue.EnqueueAsync(new NewTask("self"));

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Control.EditAsync(id, new TaskEdit { After = [id] }));

        await AssertReadyAsync(id);
    }

    [Fact]
    public async Task Edit_UnknownDependency_IsRefusedAndKeepsTheOldOnes()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Child(parent));

        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await Queue.Control.EditAsync(child, new TaskEdit { After = [new TaskId(987_654)] }));

        await AssertEdgeAsync(child, parent, DependencyCondition.Succeeded, DependencyState.Waiting);
    }

    [Fact]
    public async Task Edit_OnItem_IsRefused()
    {
        var id = await Queue.EnqueueAsync(new NewTask("alone"));

        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await Queue.Control.EditAsync(id, new TaskEdit { After = [TaskDependency.OnItem(0)] }));
    }

    [Fact]
    public async Task Edit_MoreThanThousandDependencies_IsRefused()
    {
        var parents = await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("parent"), 1_001)]);
        var child = await Queue.EnqueueAsync(new NewTask("child"));

        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await Queue.Control.EditAsync(child, new TaskEdit { After = [.. parents.Select(TaskDependency.FromTaskId)] }));

        Assert.Equal(0, (await GetAsync(child)).PendingDependencies);
    }

    [Fact]
    public async Task CancelTree_OverLevels_CancelsAll()
    {
        var ids = await Queue.EnqueueAsync(Chain(5));

        Assert.Equal(CancelResult.Cancelled, await Queue.Control.CancelTreeAsync(ids[0], "not needed"));

        Assert.Equal(TaskOutcome.Cancelled, (await GetAsync(ids[0])).Outcome);
        Assert.Contains("not needed", (await GetAsync(ids[0])).LastError, StringComparison.Ordinal);
        Assert.Equal(5, (await Queue.FinishedAsync(ids)).Cancelled);
    }

    [Fact]
    public async Task CancelTree_FromTheMiddle_LeavesAncestorsAndSiblings()
    {
        var ids = await Queue.EnqueueAsync([new("top"), ChildOfItem(0), ChildOfItem(0), ChildOfItem(1)]);

        await Queue.Control.CancelTreeAsync(ids[1]);

        Assert.Equal(2, (await Queue.FinishedAsync(ids[1], ids[3])).Cancelled);
        await Queue.SucceedAsync(ids[0]);
        await AssertReadyAsync(ids[2]);
    }

    [Theory]
    [InlineData(DependencyCondition.Succeeded)]
    [InlineData(DependencyCondition.Failed)]
    [InlineData(DependencyCondition.Finished)]
    public async Task CancelTree_WhateverTheCondition_CancelsTheDependents(DependencyCondition when)
    {
        var ids = await Queue.EnqueueAsync(
            [new("top"), Child(TaskDependency.OnItem(0, when)), Child(TaskDependency.OnItem(1, when))]);

        await Queue.Control.CancelTreeAsync(ids[0]);

        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Assert.Equal(3, (await Queue.FinishedAsync(ids)).Cancelled);
    }

    [Fact]
    public async Task CancelTree_Diamond_CancelsTheJoinOnce()
    {
        var ids = await Queue.EnqueueAsync([new("top"), ChildOfItem(0), ChildOfItem(0), ChildOfItems(1, 2)]);

        await Queue.Control.CancelTreeAsync(ids[0]);

        Assert.Equal(4, (await Queue.FinishedAsync(ids)).Cancelled);
        Assert.Equal(new StateCounts(0, 0, 0, 0, 4), (await Queue.Inspector.CountAsync()).Total);
        Assert.Equal(4, (await Queue.ReadFinishesAsync(0, 4)).Select(finish => finish.Id).Distinct().Count());
    }

    [Fact]
    public async Task CancelTree_RootRuns_AsksItsWorkerAndCancelsTheRest()
    {
        var ids = await Queue.EnqueueAsync(Chain(3));
        var root = await Queue.TakeAsync(ids[0]);

        Assert.Equal(CancelResult.Requested, await Queue.Control.CancelTreeAsync(ids[0]));

        Assert.Equal(2, (await Queue.FinishedAsync(ids[1], ids[2])).Cancelled);
        Assert.Equal(HeartbeatResult.CancelRequested, await Queue.HeartbeatAsync(root.Lease));
        Assert.True(await Queue.FailAsync(root.Lease, new TaskFailure("stopped")));
        Assert.Equal(TaskOutcome.Killed, (await GetAsync(ids[0])).Outcome);
    }

    [Fact]
    public async Task CancelTree_TaskInTheMiddleRuns_IsAskedToStopAndTheRestIsCancelled()
    {
        var ids = await Queue.EnqueueAsync(Chain(4));
        await Queue.SucceedAsync(ids[0]);
        var middle = await Queue.TakeAsync(ids[1]);

        Assert.Equal(CancelResult.AlreadyFinished, await Queue.Control.CancelTreeAsync(ids[0]));

        await Queue.FinishedAsync(ids[2], ids[3]);
        Assert.Equal(HeartbeatResult.CancelRequested, await Queue.HeartbeatAsync(middle.Lease));
        Assert.Equal([TaskOutcome.Cancelled, TaskOutcome.Cancelled], [(await GetAsync(ids[2])).Outcome, (await GetAsync(ids[3])).Outcome]);
    }

    [Fact]
    public async Task CancelTree_ManyDependents_CancelsAll()
    {
        var tasks = new List<NewTask> { new("parent") };
        tasks.AddRange(Enumerable.Repeat(Child(TaskDependency.OnItem(0, DependencyCondition.Finished)), 2_000));
        var ids = await Queue.EnqueueAsync(tasks);

        await Queue.Control.CancelTreeAsync(ids[0]);

        Assert.Equal(2_001, (await Queue.FinishedAsync(ids)).Cancelled);
    }

    [Fact]
    public async Task CancelTree_MoreThanOneChunk_KeepsTheReasonAtEach()
    {
        var tasks = new List<NewTask> { new("parent") };
        tasks.AddRange(Enumerable.Repeat(ChildOfItem(0), 2_000));
        var ids = await Queue.EnqueueAsync(tasks);

        await Queue.Control.CancelTreeAsync(ids[0], "the customer left");

        var cancelled = await Queue.FinishedAsync(ids);
        Assert.All(cancelled.Tasks, task => Assert.Equal("the customer left", task.LastError));
    }

    [Fact]
    public async Task CancelTree_ChainLongerThanOneChunk_CancelsAll()
    {
        var ids = await Queue.EnqueueAsync(Chain(6_000));

        await Queue.Control.CancelTreeAsync(ids[0]);

        Assert.Equal(6_000, (await Queue.FinishedAsync(ids)).Cancelled);
    }

    [Fact]
    public async Task GetDependencies_MixedParents_TellsEachState()
    {
        await Queue.Groups.EnsureAsync("lane");
        await Queue.Groups.PauseAsync("lane");
        var satisfied = await Queue.EnqueueAsync(new NewTask("satisfied"));
        var broken = await Queue.EnqueueAsync(new NewTask("broken"));
        var open = await Queue.EnqueueAsync(new NewTask("open"));
        var child = await Queue.EnqueueAsync(
            Child(satisfied, new TaskDependency(broken, DependencyCondition.Failed), new TaskDependency(open, DependencyCondition.Finished)) with
            {
                Group = "lane",
            });
        await Queue.SucceedAsync(satisfied);
        await Queue.Control.CancelAsync(broken);
        await Queue.WorkOffAsync();

        var dependencies = await Queue.Inspector.GetDependenciesAsync(child);

        Assert.Equal(
            [
                new DependencyInfo(satisfied, DependencyCondition.Succeeded, DependencyState.Satisfied),
                new DependencyInfo(broken, DependencyCondition.Failed, DependencyState.Broken),
                new DependencyInfo(open, DependencyCondition.Finished, DependencyState.Waiting),
            ],
            dependencies.OrderBy(dependency => dependency.On));
    }

    private static NewTask Child(params TaskDependency[] after) => new("child") { After = after };

    private static NewTask ChildOfItem(int index) => Child(TaskDependency.OnItem(index));

    private static NewTask ChildOfItems(int first, int second) => Child(TaskDependency.OnItem(first), TaskDependency.OnItem(second));

    private static IReadOnlyList<NewTask> Chain(int length) =>
        [.. Enumerable.Range(0, length).Select(index => index == 0 ? new NewTask("root") : ChildOfItem(index - 1))];

    private static bool Satisfies(DependencyCondition when, TaskOutcome outcome) => when switch
    {
        DependencyCondition.Succeeded => outcome == TaskOutcome.Succeeded,
        DependencyCondition.Failed => outcome is TaskOutcome.Failed or TaskOutcome.TimedOut or TaskOutcome.Abandoned
            or TaskOutcome.DependencyFailed or TaskOutcome.Rejected,
        _ => true,
    };

    /// <summary>A child in the paused group <c>lane</c> whose only dependency was cancelled.</summary>
    private async Task<(TaskId Parent, TaskId Child)> EnqueueDoomedAsync()
    {
        await Queue.Groups.EnsureAsync("lane");
        await Queue.Groups.PauseAsync("lane");
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Child(parent) with { Group = "lane" });
        await Queue.Control.CancelAsync(parent);
        await Queue.WorkOffAsync();
        return (parent, child);
    }

    private async Task AssertRefusedAsync(IReadOnlyList<NewTask> tasks)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.EnqueueAsync(tasks));

        Assert.Equal(0, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    private async Task AssertSettledAsync(TaskId child, TaskId parent, DependencyCondition when, TaskOutcome outcome)
    {
        if (Satisfies(when, outcome))
        {
            await AssertEdgeAsync(child, parent, when, DependencyState.Satisfied);
            await AssertReadyAsync(child);
            return;
        }

        await Queue.FinishedAsync(child);
        var info = await GetAsync(child);
        Assert.Equal(TaskState.Failed, info.State);
        Assert.Equal(TaskOutcome.DependencyFailed, info.Outcome);
        Assert.Equal(0, info.Attempt);
        Assert.Contains(parent.ToString(), info.LastError, StringComparison.Ordinal);
        await AssertEdgeAsync(child, parent, when, DependencyState.Broken);
    }

    private async Task AssertReadyAsync(TaskId id)
    {
        var info = await GetAsync(id);
        Assert.Equal(TaskState.Queued, info.State);
        Assert.Equal(TaskHolds.None, info.Holds);
        Assert.Equal(0, info.PendingDependencies);
        await Queue.TakeAsync(id);
    }

    private async Task AssertEdgeAsync(TaskId child, TaskId parent, DependencyCondition when, DependencyState state)
    {
        var dependencies = await Queue.Inspector.GetDependenciesAsync(child);
        var edge = Assert.Single(dependencies, dependency => dependency.On == parent);
        Assert.Equal(when, edge.When);
        Assert.Equal(state, edge.State);
    }
}

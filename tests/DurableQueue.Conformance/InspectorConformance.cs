using System.Text;
using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Reading tasks: one, pages of many, and counts.</summary>
public abstract class InspectorBasics : ConformanceTest
{
    private protected static readonly TaskId Unknown = new(987_654);

    [Fact]
    public async Task Get_UnknownId_IsNull()
    {
        Assert.Null(await Queue.Inspector.GetAsync(Unknown));
        Assert.Null(await Queue.Inspector.GetAsync(default));
    }

    [Fact]
    public async Task Get_RunningTask_TellsWorkerAndTimes()
    {
        var enqueuedAt = Time.GetUtcNow();
        var id = await Queue.EnqueueAsync(new NewTask("work") { Label = "one", Priority = 4, Timeout = TimeSpan.FromMinutes(2) });
        Time.Advance(TimeSpan.FromSeconds(5));
        var task = await CheckoutAsync("ann");

        var info = await GetAsync(id);

        Assert.Equal(TaskState.CheckedOut, info.State);
        Assert.False(info.IsFinished);
        Assert.Equal(TaskOutcome.None, info.Outcome);
        Assert.Equal("work", info.Type);
        Assert.Equal(NewTask.DefaultGroup, info.Group);
        Assert.Equal("one", info.Label);
        Assert.Equal(4, info.Priority);
        Assert.Equal(TimeSpan.FromMinutes(2), info.Timeout);
        Assert.Equal("ann", info.Worker);
        Assert.Equal(1, info.Attempt);
        Assert.Equal(3, info.MaxAttempts);
        Assert.Equal(enqueuedAt, info.EnqueuedAt);
        Assert.Equal(Time.GetUtcNow(), info.StartedAt);
        Assert.Equal(task.Lease.ExpiresAt, info.LeaseExpiresAt);
        Assert.Null(info.FinishedAt);
        Assert.Null(info.FinishSequence);
        Assert.Empty(info.Metadata);
    }

    [Fact]
    public async Task Get_FinishedTask_TellsHowAndWhen()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var task = await CheckoutAsync("ann");
        Time.Advance(TimeSpan.FromSeconds(7));
        Assert.True(await Queue.CompleteAsync(task.Lease));

        var info = await GetAsync(id);

        Assert.Equal(TaskState.Done, info.State);
        Assert.True(info.IsFinished);
        Assert.Equal(TaskOutcome.Succeeded, info.Outcome);
        Assert.Equal(Time.GetUtcNow(), info.FinishedAt);
        Assert.Equal(await Queue.Inspector.GetFinishSequenceAsync(), info.FinishSequence);
        Assert.Equal("ann", info.Worker);
        Assert.Null(info.LeaseExpiresAt);
        Assert.Null(info.LastError);
    }

    [Fact]
    public async Task Get_SnapshotTakenBefore_DoesNotChange()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var before = await GetAsync(id);

        await Queue.SucceedAsync(id);

        Assert.Equal(TaskState.Queued, before.State);
    }

    [Fact]
    public async Task Get_DelayHasPassed_OmitsTheHold()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work") { Delay = TimeSpan.FromMinutes(1) });
        Assert.Equal(TaskHolds.NotBefore, (await GetAsync(id)).Holds);

        Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(TaskHolds.None, (await GetAsync(id)).Holds);
    }

    [Fact]
    public async Task GetPayload_Stored_IsTheSameBytes()
    {
        var payload = Enumerable.Range(0, 1_000).Select(number => (byte)number).ToArray();
        var id = await Queue.EnqueueAsync(new NewTask("work", payload));

        Assert.Equal(payload, (await Queue.Inspector.GetPayloadAsync(id)).ToArray());
    }

    [Fact]
    public async Task GetWorkers_AfterACheckout_ShowsTheWorkerUntilItIsNotSeen()
    {
        Assert.Empty(await Queue.Inspector.GetWorkersAsync());
        await Queue.EnqueueAsync(new NewTask("work"));
        await Queue.CheckoutAsync(new CheckoutRequest { Worker = "ann", Types = ["work", "play"], Groups = ["default", "park"], Capacity = 7 });

        var worker = Assert.Single(await Queue.Inspector.GetWorkersAsync());
        Assert.Equal("ann", worker.Name);
        Assert.Equal(["work", "play"], worker.Types);
        Assert.Equal(["default", "park"], worker.Groups);
        Assert.Equal(7, worker.Capacity);
        Assert.Equal((true, true, false, false), (
            worker.Serves("work", "default"), worker.Serves("play", "park"), worker.Serves("work", "elsewhere"), worker.Serves("sleep", "park")));
        Assert.Equal(Time.GetUtcNow(), worker.StartedAt);
        Assert.True(worker.IsLive);

        Time.Advance(TimeSpan.FromSeconds(16));
        var gone = Assert.Single(await Queue.Inspector.GetWorkersAsync());
        Assert.False(gone.IsLive);
        Assert.False(gone.Serves("work", "default"));
    }

    [Fact]
    public async Task GetPayload_None_IsEmpty()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));

        Assert.True((await Queue.Inspector.GetPayloadAsync(id)).IsEmpty);
    }

    [Fact]
    public async Task GetPayload_FinishedTask_IsKept()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work", Utf8("input")));
        await Queue.SucceedAsync(id, Utf8("output"));

        Assert.Equal("input", Encoding.UTF8.GetString((await Queue.Inspector.GetPayloadAsync(id)).Span));
    }

    [Theory]
    [InlineData("payload")]
    [InlineData("result")]
    [InlineData("attempts")]
    [InlineData("dependencies")]
    public async Task Read_UnknownTask_NamesTheMissingTask(string what)
    {
        var missing = await Assert.ThrowsAsync<TaskNotFoundException>(() => ReadAsync(what, Unknown));

        Assert.Equal(Unknown, missing.Id);
    }

    [Theory]
    [InlineData("payload")]
    [InlineData("result")]
    [InlineData("attempts")]
    [InlineData("dependencies")]
    public async Task Read_RemovedTask_IsNotFound(string what)
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        await Queue.Control.RemoveAsync([id]);

        await Assert.ThrowsAsync<TaskNotFoundException>(() => ReadAsync(what, id));
    }

    [Fact]
    public async Task GetResult_BeforeSuccess_IsNull()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        Assert.Null(await Queue.Inspector.GetResultAsync(id));

        var task = await CheckoutAsync();
        Assert.Null(await Queue.Inspector.GetResultAsync(id));

        Assert.True(await Queue.FailAsync(task.Lease, new TaskFailure("broke") { Permanent = true }));
        Assert.Null(await Queue.Inspector.GetResultAsync(id));
    }

    [Fact]
    public async Task GetResult_SuccessWithoutResult_IsEmpty()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        await Queue.SucceedAsync(id);

        var result = await Queue.Inspector.GetResultAsync(id);

        Assert.NotNull(result);
        Assert.True(result.Value.IsEmpty);
    }

    [Fact]
    public async Task GetResult_Success_IsTheSameBytes()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        await Queue.SucceedAsync(id, Utf8("output"));

        var result = await Queue.Inspector.GetResultAsync(id);

        Assert.NotNull(result);
        Assert.Equal("output", Encoding.UTF8.GetString(result.Value.Span));
    }

    [Fact]
    public async Task GetResult_RetriedAfterSuccess_IsNullAgain()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        await Queue.SucceedAsync(id, Utf8("output"));

        await Queue.Control.RetryAsync(id);

        Assert.Null(await Queue.Inspector.GetResultAsync(id));
    }

    [Fact]
    public async Task GetAttempts_NoneFailed_IsEmpty()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        Assert.Empty(await Queue.Inspector.GetAttemptsAsync(id));

        await Queue.SucceedAsync(id);
        Assert.Empty(await Queue.Inspector.GetAttemptsAsync(id));
    }

    [Fact]
    public async Task GetAttempts_SeveralFailed_TellsEachOldestFirst()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work") { MaxAttempts = 4, Retry = RetryPolicy.Immediate });
        var started = Time.GetUtcNow();
        var first = await CheckoutAsync("ann");
        Time.Advance(TimeSpan.FromSeconds(3));
        Assert.True(await Queue.FailAsync(first.Lease, new TaskFailure("no network")));
        var second = await CheckoutAsync("bob");
        Assert.True(await Queue.FailAsync(second.Lease, new TaskFailure("too slow") { Outcome = TaskOutcome.TimedOut }));
        await CheckoutAsync("cid");
        Time.Advance(CheckoutRequest.DefaultLeaseDuration + TimeSpan.FromSeconds(1));
        Assert.Equal(1, await Queue.ReapExpiredAsync());
        await Queue.SucceedAsync(id);

        var attempts = await Queue.Inspector.GetAttemptsAsync(id);

        Assert.Equal(3, attempts.Count);
        Assert.Equal(new TaskAttempt(1, "ann", started, started + TimeSpan.FromSeconds(3), TaskOutcome.Failed, "no network"), attempts[0]);
        Assert.Equal(
            (2, "bob", TaskOutcome.TimedOut, "too slow"),
            (attempts[1].Attempt, attempts[1].Worker, attempts[1].Outcome, attempts[1].Error));
        Assert.Equal((3, "cid", TaskOutcome.Abandoned), (attempts[2].Attempt, attempts[2].Worker, attempts[2].Outcome));
        Assert.Equal(Time.GetUtcNow(), attempts[2].EndedAt);
        Assert.NotEmpty(attempts[2].Error);
    }

    [Fact]
    public async Task GetAttempts_Killed_TellsTheKilledAttempt()
    {
        var id = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Killed);

        Assert.Equal(TaskOutcome.Killed, Assert.Single(await Queue.Inspector.GetAttemptsAsync(id)).Outcome);
    }

    [Fact]
    public async Task GetAttempts_AfterRetry_KeepsTheOldAndStartsOver()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        await Queue.FailForGoodAsync(id, "first life");
        await Queue.Control.RetryAsync(id);
        await Queue.FailForGoodAsync(id, "second life");

        var attempts = await Queue.Inspector.GetAttemptsAsync(id);

        Assert.Equal([(1, "first life"), (1, "second life")], attempts.Select(attempt => (attempt.Attempt, attempt.Error)));
    }

    [Fact]
    public async Task GetDependencies_None_IsEmpty()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));

        Assert.Empty(await Queue.Inspector.GetDependenciesAsync(id));
    }

    [Fact]
    public async Task Query_EmptyQueue_IsAnEmptyLastPage()
    {
        var page = await Queue.Inspector.QueryAsync(new TaskQuery());

        Assert.Empty(page.Tasks);
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task Query_Defaults_ReadsFiftyOldestFirst()
    {
        var ids = await EnqueueManyAsync(60);

        var page = await Queue.Inspector.QueryAsync(new TaskQuery());

        Assert.Equal(ids.Take(50), page.Tasks.Select(task => task.Id));
        Assert.NotNull(page.Next);
    }

    [Fact]
    public async Task Query_ByIds_ReadsThoseThatExist()
    {
        var ids = await EnqueueManyAsync(5);

        Assert.Equal([ids[1], ids[3]], await Queue.ReadPagesAsync(new TaskQuery { Ids = [ids[3], Unknown, ids[1], ids[3]] }));
    }

    [Fact]
    public async Task Query_EmptyList_MatchesNothing()
    {
        await EnqueueManyAsync(2);

        Assert.Empty(await Queue.ReadPagesAsync(new TaskQuery { Ids = [] }));
        Assert.Empty(await Queue.ReadPagesAsync(new TaskQuery { States = [] }));
    }

    [Fact]
    public async Task Query_ByStates_ReadsAnyOfThem()
    {
        var ids = await EnqueueOneOfEachStateAsync();

        Assert.Equal([ids[TaskState.Queued]], await Queue.ReadPagesAsync(new TaskQuery { States = [TaskState.Queued] }));
        Assert.Equal([ids[TaskState.CheckedOut]], await Queue.ReadPagesAsync(new TaskQuery { States = [TaskState.CheckedOut] }));
        Assert.Equal(
            new[] { ids[TaskState.Done], ids[TaskState.Cancelled] }.Order(),
            await Queue.ReadPagesAsync(new TaskQuery { States = [TaskState.Cancelled, TaskState.Done] }));
    }

    [Fact]
    public async Task Query_ByGroups_ReadsAnyOfThem()
    {
        var first = await Queue.EnqueueAsync(new NewTask("work") { Group = "a" });
        await Queue.EnqueueAsync(new NewTask("work") { Group = "b" });
        var third = await Queue.EnqueueAsync(new NewTask("work") { Group = "c" });

        Assert.Equal([first, third], await Queue.ReadPagesAsync(new TaskQuery { Groups = ["c", "a", "nowhere"] }));
        Assert.Empty(await Queue.ReadPagesAsync(new TaskQuery { Groups = ["nowhere"] }));
    }

    [Fact]
    public async Task Query_ByTypes_ReadsAnyOfThem()
    {
        var first = await Queue.EnqueueAsync(new NewTask("mail.send"));
        await Queue.EnqueueAsync(new NewTask("mail.sort"));
        var third = await Queue.EnqueueAsync(new NewTask("report"));

        Assert.Equal([first, third], await Queue.ReadPagesAsync(new TaskQuery { Types = ["report", "mail.send"] }));
    }

    [Fact]
    public async Task Query_ByLabel_ReadsExactMatchesOnly()
    {
        var exact = await EnqueueLabelAsync("50%_done");
        await EnqueueLabelAsync("50%_done!");
        await EnqueueLabelAsync("50 x done");
        await EnqueueLabelAsync("50%_DONE");
        await Queue.EnqueueAsync(new NewTask("work"));

        Assert.Equal([exact], await Queue.ReadPagesAsync(new TaskQuery { Label = "50%_done" }));
    }

    [Fact]
    public async Task Query_ByLabelPrefix_ReadsLabelsThatStartSo()
    {
        var first = await EnqueueLabelAsync("run/1");
        var second = await EnqueueLabelAsync("run/2");
        var same = await EnqueueLabelAsync("run/");
        await EnqueueLabelAsync("run");
        await EnqueueLabelAsync("rerun/1");
        await EnqueueLabelAsync("RUN/1");
        await Queue.EnqueueAsync(new NewTask("work"));

        Assert.Equal([first, second, same], await Queue.ReadPagesAsync(new TaskQuery { LabelPrefix = "run/" }));
    }

    [Theory]
    [InlineData("%")]
    [InlineData("a_")]
    [InlineData("a*")]
    [InlineData("[ab]")]
    [InlineData("\\")]
    [InlineData("\u00e9\u00ff")]
    [InlineData("\U0001F600")]
    [InlineData("\U0010FFFF")]
    public async Task Query_ByLabelPrefixOfSpecialCharacters_IsLiteral(string prefix)
    {
        await EnqueueLabelAsync("abc");
        await EnqueueLabelAsync("b");
        var exact = await EnqueueLabelAsync(prefix);
        var longer = await EnqueueLabelAsync(prefix + "\U0010FFFF tail");

        Assert.Equal([exact, longer], await Queue.ReadPagesAsync(new TaskQuery { LabelPrefix = prefix }));
    }

    [Fact]
    public async Task Query_ByHoldNotBeforeThatHasPassed_ReadsNone()
    {
        await Queue.EnqueueAsync(new NewTask("work") { Delay = TimeSpan.FromMinutes(1) });

        Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Empty(await Queue.ReadPagesAsync(new TaskQuery { Holds = TaskHolds.NotBefore }));
    }

    [Fact]
    public async Task Query_SeveralConditions_MustAllHold()
    {
        var hit = await Queue.EnqueueAsync(new NewTask("work") { Group = "a", Label = "x" });
        await Queue.EnqueueAsync(new NewTask("work") { Group = "b", Label = "x" });
        await Queue.EnqueueAsync(new NewTask("other") { Group = "a", Label = "x" });
        await Queue.EnqueueAsync(new NewTask("work") { Group = "a", Label = "y" });
        await Queue.EnqueueAsync(new NewTask("work") { Group = "a", Label = "x", Stashed = true });
        await Queue.SucceedAsync(hit);

        Assert.Equal(
            [hit],
            await Queue.ReadPagesAsync(new TaskQuery
            {
                Groups = ["a"], Types = ["work"], Label = "x", States = [TaskState.Done, TaskState.Failed], Outcomes = [TaskOutcome.Succeeded],
            }));
    }

    [Fact]
    public async Task Query_Orders_SortAsTheySay()
    {
        var ids = await EnqueueManyAsync(5);
        int[] finishOrder = [3, 0, 4];
        foreach (var index in finishOrder)
        {
            await Queue.Control.CancelAsync(ids[index]);
        }

        Assert.Equal(ids, await Queue.ReadPagesAsync(new TaskQuery { Order = TaskOrder.Enqueued }));
        Assert.Equal(ids.Reverse(), await Queue.ReadPagesAsync(new TaskQuery { Order = TaskOrder.EnqueuedDescending }));
        Assert.Equal([ids[3], ids[0], ids[4]], await Queue.ReadPagesAsync(new TaskQuery { Order = TaskOrder.Finished }));
        Assert.Equal([ids[4], ids[0], ids[3]], await Queue.ReadPagesAsync(new TaskQuery { Order = TaskOrder.FinishedDescending }));
    }

    [Fact]
    public async Task Query_FinishedOrderOfUnfinishedStates_IsEmpty()
    {
        await EnqueueManyAsync(3);

        Assert.Empty(await Queue.ReadPagesAsync(new TaskQuery { Order = TaskOrder.Finished, States = [TaskState.Queued] }));
    }

    [Theory]
    [InlineData(TaskOrder.Enqueued, 7)]
    [InlineData(TaskOrder.EnqueuedDescending, 7)]
    [InlineData(TaskOrder.Finished, 7)]
    [InlineData(TaskOrder.FinishedDescending, 7)]
    [InlineData(TaskOrder.Enqueued, 1)]
    [InlineData(TaskOrder.FinishedDescending, 1)]
    public async Task Query_PageByPage_CoversEverythingOnce(TaskOrder order, int limit)
    {
        var ids = await EnqueueManyAsync(30);
        foreach (var id in ids.OrderBy(id => id.Value % 7))
        {
            await Queue.Control.CancelAsync(id);
        }

        var whole = await Queue.ReadPagesAsync(new TaskQuery { Order = order, Limit = 10_000 });
        var paged = await Queue.ReadPagesAsync(new TaskQuery { Order = order, Limit = limit });

        Assert.Equal(whole, paged);
        Assert.Equal(ids, paged.Order());
    }

    [Fact]
    public async Task Query_LastPageExactlyFull_HasNoNext()
    {
        await EnqueueManyAsync(10);

        var first = await Queue.Inspector.QueryAsync(new TaskQuery { Limit = 5 });
        var second = await Queue.Inspector.QueryAsync(new TaskQuery { Limit = 5, Cursor = first.Next });

        Assert.NotNull(first.Next);
        Assert.Equal(5, second.Tasks.Count);
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task Query_FilteredPages_CoverAllMatchesOnce()
    {
        var hits = new List<TaskId>();
        for (var number = 0; number < 40; number++)
        {
            var id = await Queue.EnqueueAsync(new NewTask("work") { Group = number % 3 == 0 ? "a" : "b", Stashed = number % 2 == 0 });
            if (number % 6 == 0)
            {
                hits.Add(id);
            }
        }

        Assert.Equal(hits, await Queue.ReadPagesAsync(new TaskQuery { Groups = ["a"], Holds = TaskHolds.Stashed, Limit = 2 }));
    }

    [Fact]
    public async Task Query_TasksAddedBetweenPages_ComeLast()
    {
        var ids = await EnqueueManyAsync(10);
        var added = new List<TaskId>();

        var read = await Queue.ReadPagesAsync(new TaskQuery { Limit = 4 }, async page =>
        {
            if (page <= 2)
            {
                added.Add(await Queue.EnqueueAsync(new NewTask("late")));
            }
        });

        Assert.Equal([.. ids, .. added], read);
    }

    [Fact]
    public async Task Query_TasksAddedBetweenDescendingPages_ShiftNothing()
    {
        var ids = await EnqueueManyAsync(10);

        var read = await Queue.ReadPagesAsync(
            new TaskQuery { Limit = 3, Order = TaskOrder.EnqueuedDescending },
            async _ => await Queue.EnqueueAsync(new NewTask("late")));

        Assert.Equal(ids.Reverse(), read);
    }

    [Fact]
    public async Task Query_TasksFinishBetweenPages_SkipsNone()
    {
        var ids = await EnqueueManyAsync(12);

        var read = await Queue.ReadPagesAsync(new TaskQuery { Limit = 3 }, async page => await Queue.Control.CancelAsync(ids[page * 2]));

        Assert.Equal(ids, read);
    }

    [Fact]
    public async Task Query_TasksLeaveTheStateBetweenPages_SkipsNoneThatStay()
    {
        var ids = await EnqueueManyAsync(9);

        var read = await Queue.ReadPagesAsync(
            new TaskQuery { Limit = 3, States = [TaskState.Queued] },
            async page => await Queue.Control.CancelAsync(ids[page - 1]));

        Assert.Equal(ids, read);
    }

    [Fact]
    public async Task Query_TasksFinishBetweenFinishedPages_ComeLastOrNotAtAll()
    {
        var ids = await EnqueueManyAsync(12);
        foreach (var id in ids.Take(6))
        {
            await Queue.Control.CancelAsync(id);
        }

        var upwards = await Queue.ReadPagesAsync(
            new TaskQuery { Limit = 4, Order = TaskOrder.Finished }, async page => await Queue.Control.CancelAsync(ids[5 + page]));
        Assert.Equal(ids.Take(7), upwards);

        var downwards = await Queue.ReadPagesAsync(
            new TaskQuery { Limit = 4, Order = TaskOrder.FinishedDescending }, async page => await Queue.Control.CancelAsync(ids[9 + page]));
        Assert.Equal(ids.Take(7).Reverse(), downwards);
    }

    [Fact]
    public async Task Query_CursorTaskRemoved_GoesOnBehindIt()
    {
        var ids = await EnqueueManyAsync(6);
        var page = await Queue.Inspector.QueryAsync(new TaskQuery { Limit = 3 });
        await Queue.Control.RemoveAsync([ids[2]]);

        Assert.Equal(ids.Skip(3), await Queue.ReadPagesAsync(new TaskQuery { Limit = 3, Cursor = page.Next }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(10_001)]
    public async Task Query_LimitOutOfRange_IsRefused(int limit)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Inspector.QueryAsync(new TaskQuery { Limit = limit }));
    }

    [Fact]
    public async Task Query_LargestLimit_IsAccepted()
    {
        var ids = await EnqueueManyAsync(3);

        var page = await Queue.Inspector.QueryAsync(new TaskQuery { Limit = 10_000 });

        Assert.Equal(ids, page.Tasks.Select(task => task.Id));
    }

    [Fact]
    public async Task Query_TooManyIds_IsRefused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Inspector.QueryAsync(
            new TaskQuery { Ids = [.. Enumerable.Range(1, 10_001).Select(number => new TaskId(number))] }));
    }

    [Fact]
    public async Task Query_TenThousandIds_IsAccepted()
    {
        var ids = await EnqueueManyAsync(3);

        Assert.Equal(
            ids, await Queue.ReadPagesAsync(new TaskQuery { Ids = [.. Enumerable.Range(1, 10_000).Select(number => new TaskId(number))] }));
    }

    [Fact]
    public async Task Query_Null_IsRefused()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Queue.Inspector.QueryAsync(null!));
    }

    [Fact]
    public async Task Count_NewQueue_HasTheDefaultGroupOnly()
    {
        var counts = await Queue.Inspector.CountAsync();

        Assert.Equal([NewTask.DefaultGroup], counts.Groups.Keys);
        Assert.Equal(default, counts.Total);
        Assert.Equal(default, counts["nowhere"]);
    }

    [Fact]
    public async Task Count_TasksOfEachState_AreCountedPerGroup()
    {
        await EnqueueOneOfEachStateAsync();
        await Queue.EnqueueAsync(new NewTask("work") { Group = "lane", Stashed = true });
        await Queue.EnqueueAsync(new NewTask("work") { Group = "lane" });
        await Queue.Groups.EnsureAsync("empty");

        var counts = await Queue.Inspector.CountAsync();

        Assert.Equal(new StateCounts(1, 1, 1, 1, 1), counts[NewTask.DefaultGroup]);
        Assert.Equal(new StateCounts(2, 0, 0, 0, 0), counts["lane"]);
        Assert.Equal(default, counts["empty"]);
        Assert.Equal(["default", "empty", "lane"], counts.Groups.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(7, counts.Total.Total);
    }

    private async Task<IReadOnlyList<TaskId>> EnqueueManyAsync(int count) =>
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work"), count)]);

    private async Task<TaskId> EnqueueLabelAsync(string label) => await Queue.EnqueueAsync(new NewTask("work") { Label = label });

    private async Task<Dictionary<TaskState, TaskId>> EnqueueOneOfEachStateAsync()
    {
        var ids = new Dictionary<TaskState, TaskId>
        {
            [TaskState.Done] = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Succeeded),
            [TaskState.Failed] = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Failed),
            [TaskState.Cancelled] = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Cancelled),
            [TaskState.CheckedOut] = await Queue.EnqueueAsync(new NewTask("work")),
        };
        await Queue.TakeAsync(ids[TaskState.CheckedOut]);
        ids[TaskState.Queued] = await Queue.EnqueueAsync(new NewTask("work"));
        return ids;
    }

    private async Task ReadAsync(string what, TaskId id)
    {
        switch (what)
        {
            case "payload":
                await Queue.Inspector.GetPayloadAsync(id);
                break;
            case "result":
                await Queue.Inspector.GetResultAsync(id);
                break;
            case "attempts":
                await Queue.Inspector.GetAttemptsAsync(id);
                break;
            default:
                await Queue.Inspector.GetDependenciesAsync(id);
                break;
        }
    }
}

/// <summary>The same, with what needs dependencies, approvals, budgets, schedules or take-overs.</summary>
public abstract class InspectorConformance : InspectorBasics
{
    [Fact]
    public async Task Get_Settings_AreThoseOfTheEnqueue()
    {
        var bare = await GetAsync(await Queue.EnqueueAsync(new NewTask("work")));
        var info = await GetAsync(await Queue.EnqueueAsync(new NewTask("work")
        {
            LeaseDuration = TimeSpan.FromSeconds(45),
            EstimatedCost = new Cost(0.25m, "tokens"),
            Approval = new ApprovalTerms { ExpiresAfter = TimeSpan.FromHours(2), Approvers = ["ann", "bob"] },
        }));

        Assert.Equal((null, null, null), (bare.LeaseDuration, bare.EstimatedCost, bare.Approval));
        Assert.Equal(TimeSpan.FromSeconds(45), info.LeaseDuration);
        Assert.Equal(new Cost(0.25m, "tokens"), info.EstimatedCost);
        Assert.Equal(TimeSpan.FromHours(2), info.Approval?.ExpiresAfter);
        Assert.Equal(["ann", "bob"], info.Approval?.Approvers);
    }

    [Fact]
    public async Task Get_ApprovalOfAGate_IsNotTheTasksOwn()
    {
        await Queue.Approvals.SetGateAsync(new ApprovalGate("all") { Type = "work" });

        var info = await GetAsync(await Queue.EnqueueAsync(new NewTask("work")));

        Assert.Equal(TaskHolds.Approval, info.Holds);
        Assert.Null(info.Approval);
    }

    [Fact]
    public async Task GetContents_SeveralTasks_GivesEachItsOwnAndLeavesOutTheUnknown()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("work", Utf8("in")));
        var child = await Queue.EnqueueAsync(new NewTask("work") { After = [new TaskDependency(parent, DependencyCondition.Finished)] });
        await Queue.SucceedAsync(parent, Utf8("out"));

        var contents = await Queue.Inspector.GetContentsAsync([child, parent, Unknown]);

        Assert.Equal([parent, child], contents.Keys.Order());
        Assert.Equal("in", Encoding.UTF8.GetString(contents[parent].Payload.Span));
        Assert.Equal("out", Encoding.UTF8.GetString(contents[parent].Result!.Value.Span));
        Assert.Empty(contents[parent].Dependencies);
        Assert.True(contents[child].Payload.IsEmpty);
        Assert.Null(contents[child].Result);
        Assert.Equal([new DependencyInfo(parent, DependencyCondition.Finished, DependencyState.Satisfied)], contents[child].Dependencies);
    }

    [Fact]
    public async Task Query_ByOutcomes_ReadsAnyOfThem()
    {
        var ids = new Dictionary<TaskOutcome, TaskId>();
        foreach (var outcome in QueueSteps.Outcomes)
        {
            ids[outcome] = await Queue.EnqueueEndedAsync(Time, outcome, task => task with { Label = "subject" });
        }

        foreach (var outcome in QueueSteps.Outcomes)
        {
            Assert.Equal([ids[outcome]], await Queue.ReadPagesAsync(new TaskQuery { Label = "subject", Outcomes = [outcome] }));
        }

        Assert.Equal(
            [ids[TaskOutcome.TimedOut], ids[TaskOutcome.Rejected]],
            await Queue.ReadPagesAsync(new TaskQuery { Outcomes = [TaskOutcome.Rejected, TaskOutcome.TimedOut] }));
    }

    [Fact]
    public async Task Query_ByHolds_ReadsTasksHeldForAnyOfThem()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("work"));
        var blocked = await Queue.EnqueueAsync(new NewTask("work") { After = [parent] });
        var delayed = await Queue.EnqueueAsync(new NewTask("work") { Delay = TimeSpan.FromHours(1) });
        var stashed = await Queue.EnqueueAsync(new NewTask("work") { Stashed = true });
        var awaiting = await Queue.EnqueueAsync(new NewTask("work") { RequiresApproval = true });
        var twice = await Queue.EnqueueAsync(new NewTask("work") { Stashed = true, RequiresApproval = true });

        Assert.Equal([blocked], await Queue.ReadPagesAsync(new TaskQuery { Holds = TaskHolds.Dependencies }));
        Assert.Equal([delayed], await Queue.ReadPagesAsync(new TaskQuery { Holds = TaskHolds.NotBefore }));
        Assert.Equal([stashed, twice], await Queue.ReadPagesAsync(new TaskQuery { Holds = TaskHolds.Stashed }));
        Assert.Equal([stashed, awaiting, twice], await Queue.ReadPagesAsync(new TaskQuery { Holds = TaskHolds.Stashed | TaskHolds.Approval }));
    }
}

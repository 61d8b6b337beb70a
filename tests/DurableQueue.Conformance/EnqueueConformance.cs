using Xunit;

namespace DurableQueue.Conformance;

/// <summary>What an enqueue stores, and when it gives an existing task instead.</summary>
public abstract class EnqueueConformance : ConformanceTest
{
    public static TheoryData<int> PayloadSizes => [0, 1, 255, 4_096, 1_000_003];

    [Fact]
    public async Task Enqueue_OneByOne_IdsRise()
    {
        var first = await Queue.EnqueueAsync(new NewTask("a"));
        var second = await Queue.EnqueueAsync(new NewTask("b"));
        var third = await Queue.EnqueueAsync(new NewTask("a"));

        Assert.True(first.Value >= 1);
        Assert.True(first < second && second < third);
    }

    [Fact]
    public async Task Enqueue_List_IdsRiseInListOrder()
    {
        var before = await Queue.EnqueueAsync(new NewTask("a"));
        var ids = await Queue.EnqueueAsync([.. Enumerable.Range(0, 50).Select(index => new NewTask($"t{index}"))]);

        Assert.Equal(ids.Order(), ids);
        Assert.Equal(50, ids.Distinct().Count());
        Assert.All(ids, id => Assert.True(id > before));
        Assert.Equal("t17", (await GetAsync(ids[17])).Type);
    }

    [Fact]
    public async Task Enqueue_EmptyList_GivesNoIds()
    {
        var ids = await Queue.EnqueueAsync([]);

        Assert.Empty(ids);
        Assert.Equal(0, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Enqueue_AfterRemoveOfTheLatest_DoesNotUseItsIdAgain()
    {
        var removed = await Queue.EnqueueAsync(new NewTask("a"));
        await Queue.Control.RemoveAsync([removed]);
        await ReopenAsync();

        Assert.True(await Queue.EnqueueAsync(new NewTask("a")) > removed);
    }

    [Theory]
    [MemberData(nameof(PayloadSizes))]
    public async Task Enqueue_Payload_ComesBackByteForByte(int size)
    {
        var payload = new byte[size];
        for (var index = 0; index < size; index++)
        {
            payload[index] = (byte)(index * 31);
        }

        var id = await Queue.EnqueueAsync(new NewTask("a", payload));

        Assert.True((await Queue.Inspector.GetPayloadAsync(id)).Span.SequenceEqual(payload));
        Assert.True((await CheckoutAsync()).Payload.Span.SequenceEqual(payload));
    }

    [Fact]
    public async Task Enqueue_NothingButAType_HasTheDefaults()
    {
        var id = await Queue.EnqueueAsync(new NewTask("mail.send"));

        var info = await GetAsync(id);
        Assert.Equal(id, info.Id);
        Assert.Equal("mail.send", info.Type);
        Assert.Equal("default", info.Group);
        Assert.Equal(TaskState.Queued, info.State);
        Assert.Equal(TaskHolds.None, info.Holds);
        Assert.Equal(TaskOutcome.None, info.Outcome);
        Assert.Equal(0, info.Priority);
        Assert.Equal(0, info.Attempt);
        Assert.Equal(3, info.MaxAttempts);
        Assert.Equal(Time.GetUtcNow(), info.EnqueuedAt);
        Assert.Null(info.Label);
        Assert.Null(info.Retry);
        Assert.Null(info.Timeout);
        Assert.Null(info.NotBefore);
        Assert.Null(info.DedupKey);
        Assert.Null(info.Worker);
        Assert.Null(info.StartedAt);
        Assert.Null(info.FinishedAt);
        Assert.Null(info.FinishSequence);
        Assert.Null(info.LeaseExpiresAt);
        Assert.Null(info.Progress);
        Assert.Null(info.LastError);
        Assert.Empty(info.Metadata);
        Assert.False(info.Urgent || info.Waiting || info.CancelRequested || info.Doomed || info.IsFinished);
    }

    [Fact]
    public async Task Enqueue_EverySetting_IsReadBackAlsoAfterAReopen()
    {
        var retry = RetryPolicy.Exponential(TimeSpan.FromMilliseconds(1_500), 2.5, TimeSpan.FromMinutes(3), 0.35);
        var id = await Queue.EnqueueAsync(new NewTask("image/resize:v2", Utf8("payload"))
        {
            Group = "lane-1",
            Label = "Bild für „Å\" 🎈",
            Priority = -7,
            NotBefore = Time.GetUtcNow().AddHours(1),
            MaxAttempts = 9,
            Retry = retry,
            Timeout = TimeSpan.FromSeconds(45),
            DedupKey = "key'; drop table task; --",
        });
        await ReopenAsync();

        var info = await GetAsync(id);
        Assert.Equal("image/resize:v2", info.Type);
        Assert.Equal("lane-1", info.Group);
        Assert.Equal("Bild für „Å\" 🎈", info.Label);
        Assert.Equal(-7, info.Priority);
        Assert.Equal(Time.GetUtcNow().AddHours(1), info.NotBefore);
        Assert.Equal(TaskHolds.NotBefore, info.Holds);
        Assert.Equal(9, info.MaxAttempts);
        Assert.Equal(retry, info.Retry);
        Assert.Equal(TimeSpan.FromSeconds(45), info.Timeout);
        Assert.Equal("key'; drop table task; --", info.DedupKey);
        Assert.Equal(Utf8("payload").ToArray(), (await Queue.Inspector.GetPayloadAsync(id)).ToArray());
    }

    [Fact]
    public async Task Enqueue_Metadata_ComesBackAtInspectionAndCheckout()
    {
        var metadata = new Dictionary<string, string> { ["tenant"] = "Ünïcode 🎈", ["empty"] = "", ["Tenant"] = "a\"b\\c\n'd'" };
        var id = await Queue.EnqueueAsync(new NewTask("a") { Metadata = metadata });

        Assert.Equivalent(metadata, (await GetAsync(id)).Metadata, strict: true);
        Assert.Equivalent(metadata, (await CheckoutAsync()).Metadata, strict: true);
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public async Task Enqueue_ExtremePriority_ComesBack(int priority)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Priority = priority });

        Assert.Equal(priority, (await GetAsync(id)).Priority);
        Assert.Equal(priority, (await CheckoutAsync()).Priority);
    }

    [Fact]
    public async Task Enqueue_UnknownGroup_MakesItWithoutLimit()
    {
        await Queue.EnqueueAsync(new NewTask("a") { Group = "fresh" });

        var group = await Queue.Groups.GetAsync("fresh");
        Assert.NotNull(group);
        Assert.Equal(0, group.Parallelism);
        Assert.False(group.Paused);
        Assert.Equal(1, group.Counts.Queued);
    }

    [Fact]
    public async Task Enqueue_KnownGroup_LeavesItsLimit()
    {
        await Queue.Groups.EnsureAsync("lane", 3);
        await Queue.EnqueueAsync(new NewTask("a") { Group = "lane" });

        Assert.Equal(3, (await Queue.Groups.GetAsync("lane"))?.Parallelism);
    }

    [Fact]
    public async Task Enqueue_ListWithOneBadTask_WritesNothing()
    {
        var before = await Queue.DescribeAsync();

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.EnqueueAsync(
            [new NewTask("good") { Group = "made", DedupKey = "k" }, new NewTask("good"), new NewTask("bad type!")]));

        Assert.Equal(before, await Queue.DescribeAsync());
        Assert.True((await Queue.EnqueueOrGetAsync(new NewTask("good") { DedupKey = "k" })).Created);
    }

    [Fact]
    public async Task Enqueue_ListWithNull_IsRefusedAndWritesNothing()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.EnqueueAsync([new NewTask("a"), null!]));

        Assert.Equal(0, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Enqueue_Null_IsRefused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.EnqueueAsync((NewTask)null!));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.EnqueueAsync((IReadOnlyList<NewTask>)null!));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.EnqueueOrGetAsync(null!));
    }

    [Fact]
    public async Task Enqueue_NotBeforeInThePast_IsReady()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { NotBefore = Time.GetUtcNow().AddDays(-1) });

        Assert.Equal(TaskHolds.None, (await GetAsync(id)).Holds);
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Enqueue_NotBeforeInAnotherOffset_MeansTheSameInstant()
    {
        var due = Time.GetUtcNow().AddHours(1);
        var id = await Queue.EnqueueAsync(new NewTask("a") { NotBefore = due.ToOffset(TimeSpan.FromHours(9)) });

        Assert.Equal(due, (await GetAsync(id)).NotBefore);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Enqueue_Delay_CountsFromTheEnqueue()
    {
        Time.Advance(TimeSpan.FromMinutes(5));
        var id = await Queue.EnqueueAsync(new NewTask("a") { Delay = TimeSpan.FromSeconds(90) });

        Assert.Equal(Time.GetUtcNow().AddSeconds(90), (await GetAsync(id)).NotBefore);
    }

    [Fact]
    public async Task Enqueue_NotBeforeAndDelay_IsRefused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.EnqueueAsync(
            new NewTask("a") { NotBefore = Time.GetUtcNow().AddHours(1), Delay = TimeSpan.FromHours(1) }));
    }

    [Fact]
    public async Task Enqueue_RunNow_IsUrgentAndRunsFirst()
    {
        await Queue.EnqueueAsync(new NewTask("a") { Priority = 100 });
        var urgent = await Queue.EnqueueAsync(new NewTask("a") { Priority = -100, RunNow = true });

        Assert.True((await GetAsync(urgent)).Urgent);
        Assert.Equal(urgent, (await CheckoutAsync()).Id);
    }

    [Theory]
    [InlineData("After")]
    [InlineData("NotBefore")]
    [InlineData("Delay")]
    [InlineData("Stashed")]
    [InlineData("RequiresApproval")]
    public async Task Enqueue_RunNowWithAHold_IsRefused(string hold)
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var urgent = new NewTask("a") { RunNow = true };
        var contradiction = hold switch
        {
            "After" => urgent with { After = [parent] },
            "NotBefore" => urgent with { NotBefore = Time.GetUtcNow().AddHours(1) },
            "Delay" => urgent with { Delay = TimeSpan.FromHours(1) },
            "Stashed" => urgent with { Stashed = true },
            _ => urgent with { RequiresApproval = true },
        };

        var error = await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.EnqueueAsync(contradiction));

        Assert.Contains("RunNow", error.Message + error.ParamName, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task EnqueueOrGet_WithoutKey_AlwaysCreates()
    {
        var first = await Queue.EnqueueOrGetAsync(new NewTask("a"));
        var second = await Queue.EnqueueOrGetAsync(new NewTask("a"));

        Assert.True(first.Created && second.Created);
        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task EnqueueOrGet_KeyTaken_GivesTheHolderAndChangesNothing()
    {
        var first = await Queue.EnqueueOrGetAsync(new NewTask("a", Utf8("1")) { DedupKey = "k" });
        var before = await Queue.SnapshotAsync(first.Id);

        var second = await Queue.EnqueueOrGetAsync(new NewTask("b", Utf8("2")) { DedupKey = "k", Group = "elsewhere", Priority = 5 });

        Assert.True(first.Created);
        Assert.Equal(new EnqueueResult(first.Id, false), second);
        Assert.Equal(before, await Queue.SnapshotAsync(first.Id));
    }

    [Fact]
    public async Task Enqueue_KeyTaken_GivesTheHolder()
    {
        var first = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "k" });

        Assert.Equal(first, await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "k" }));
        Assert.Equal(1, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Enqueue_KeysThatDifferInCase_AreDifferent()
    {
        var lower = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "key" });

        Assert.NotEqual(lower, await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "KEY" }));
    }

    [Fact]
    public async Task Enqueue_EqualKeysInOneList_GiveOneId()
    {
        var stored = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "stored" });

        var ids = await Queue.EnqueueAsync([
            new NewTask("a") { DedupKey = "k", Label = "first" },
            new NewTask("a"),
            new NewTask("a") { DedupKey = "stored" },
            new NewTask("a") { DedupKey = "k", Label = "second" },
        ]);

        Assert.Equal(ids[0], ids[3]);
        Assert.Equal(stored, ids[2]);
        Assert.NotEqual(ids[0], ids[1]);
        Assert.Equal("first", (await GetAsync(ids[0])).Label);
        Assert.Equal(3, (await Queue.Inspector.CountAsync()).Total.Queued);
    }

    [Fact]
    public async Task Enqueue_KeyOfARunningTask_IsStillTaken()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "k" });
        await CheckoutAsync();

        Assert.Equal(new EnqueueResult(id, false), await Queue.EnqueueOrGetAsync(new NewTask("a") { DedupKey = "k" }));
    }

    [Fact]
    public async Task Enqueue_KeyOfARetryingTask_IsStillTaken()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "k" });
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom"));

        Assert.Equal(new EnqueueResult(id, false), await Queue.EnqueueOrGetAsync(new NewTask("a") { DedupKey = "k" }));
    }

    [Theory]
    [InlineData(TaskState.Done)]
    [InlineData(TaskState.Failed)]
    [InlineData(TaskState.Cancelled)]
    public async Task Enqueue_ActiveKeyOfAFinishedTask_IsFree(TaskState state)
    {
        var first = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "k" });
        await FinishAsync(first, state);

        var second = await Queue.EnqueueOrGetAsync(new NewTask("a") { DedupKey = "k" });

        Assert.True(second.Created);
        Assert.NotEqual(first, second.Id);
        Assert.Equal("k", (await GetAsync(first)).DedupKey);
    }

    [Theory]
    [InlineData(TaskState.Done)]
    [InlineData(TaskState.Failed)]
    [InlineData(TaskState.Cancelled)]
    public async Task Enqueue_ForeverKeyOfAFinishedTask_IsTaken(TaskState state)
    {
        var first = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "k", DedupScope = DedupScope.Forever });
        await FinishAsync(first, state);

        Assert.Equal(new EnqueueResult(first, false), await Queue.EnqueueOrGetAsync(new NewTask("a") { DedupKey = "k" }));
        Assert.Equal(
            new EnqueueResult(first, false),
            await Queue.EnqueueOrGetAsync(new NewTask("a") { DedupKey = "k", DedupScope = DedupScope.Forever }));
    }

    [Fact]
    public async Task Enqueue_ForeverKey_SurvivesPruneAndReopen()
    {
        var first = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "k", DedupScope = DedupScope.Forever });
        await FinishAsync(first, TaskState.Done);
        Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, await Queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero)));
        await ReopenAsync();

        Assert.Null(await Queue.Inspector.GetAsync(first));
        Assert.Equal(new EnqueueResult(first, false), await Queue.EnqueueOrGetAsync(new NewTask("a") { DedupKey = "k" }));
    }

    [Fact]
    public async Task Enqueue_ForeverKey_IsFreedByRemove()
    {
        var first = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "k", DedupScope = DedupScope.Forever });
        await FinishAsync(first, TaskState.Done);
        await Queue.Control.RemoveAsync([first]);

        Assert.True((await Queue.EnqueueOrGetAsync(new NewTask("a") { DedupKey = "k" })).Created);
    }

    [Fact]
    public async Task Enqueue_ActiveKey_IsFreedByRemoveOfTheQueuedTask()
    {
        var first = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "k" });
        await Queue.Control.RemoveAsync([first]);

        Assert.True((await Queue.EnqueueOrGetAsync(new NewTask("a") { DedupKey = "k" })).Created);
    }

    [Fact]
    public async Task Retry_KeyIsFree_TakesItAgain()
    {
        var first = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "k" });
        await FinishAsync(first, TaskState.Failed);
        await Queue.Control.RetryAsync(first);

        Assert.Equal(new EnqueueResult(first, false), await Queue.EnqueueOrGetAsync(new NewTask("a") { DedupKey = "k" }));
    }

    [Fact]
    public async Task Retry_KeyIsTaken_NamesTheHolderAndChangesNothing()
    {
        var first = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "k" });
        await FinishAsync(first, TaskState.Failed);
        var holder = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "k" });
        var before = await Queue.SnapshotAsync(first);

        var error = await Assert.ThrowsAsync<TaskStateException>(async () => await Queue.Control.RetryAsync(first));

        Assert.Equal(first, error.Id);
        Assert.Equal(TaskState.Failed, error.State);
        Assert.Matches($@"\b{holder}\b", error.Message);
        Assert.Equal(before, await Queue.SnapshotAsync(first));
        await FinishAsync(holder, TaskState.Done);
        await Queue.Control.RetryAsync(first);
        Assert.Equal(TaskState.Queued, (await GetAsync(first)).State);
    }

    [Fact]
    public async Task Retry_ForeverKeyOfItsOwn_Succeeds()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = "k", DedupScope = DedupScope.Forever });
        await FinishAsync(id, TaskState.Failed);
        await Queue.Control.RetryAsync(id);

        Assert.Equal(TaskState.Queued, (await GetAsync(id)).State);
    }

    private async Task FinishAsync(TaskId id, TaskState state)
    {
        if (state == TaskState.Cancelled)
        {
            Assert.Equal(CancelResult.Cancelled, await Queue.Control.CancelAsync(id));
            return;
        }

        var task = await CheckoutAsync();
        Assert.Equal(id, task.Id);
        Assert.True(state == TaskState.Done
            ? await Queue.CompleteAsync(task.Lease)
            : await Queue.FailAsync(task.Lease, new TaskFailure("boom") { Permanent = true }));
    }
}

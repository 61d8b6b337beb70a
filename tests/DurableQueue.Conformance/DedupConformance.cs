using Xunit;

namespace DurableQueue.Conformance;

/// <summary>How long a task holds its dedup key. What an enqueue with a taken key answers stands with the enqueue.</summary>
public abstract class DedupBasics : ConformanceTest
{
    private const string Key = "k";

    [Fact]
    public async Task Cancel_RunningTaskWithActiveKey_FreesItForTaskThatStartsAtOnce()
    {
        var stopping = await Queue.EnqueueAsync(Active());
        var lease = (await Queue.TakeAsync(stopping)).Lease;
        Assert.Equal(CancelResult.Requested, await Queue.Control.CancelAsync(stopping));

        var next = await Queue.EnqueueOrGetAsync(Active());

        Assert.True(next.Created);
        Assert.Equal(next.Id, (await CheckoutAsync("w2")).Id);
        Assert.Equal(2, (await Queue.Groups.GetAsync("default"))!.Running);
        Assert.True(await Queue.ReleaseAsync(lease));
        Assert.Equal(TaskOutcome.Killed, (await GetAsync(stopping)).Outcome);
        Assert.Equal(new EnqueueResult(next.Id, false), await Queue.EnqueueOrGetAsync(Active()));
    }

    [Fact]
    public async Task Cancel_AgainAfterTheKeyWasTaken_LeavesItToItsHolder()
    {
        var stopping = await Queue.EnqueueAsync(Active());
        await Queue.TakeAsync(stopping);
        await Queue.Control.CancelAsync(stopping);
        var next = await Queue.EnqueueAsync(Active());

        Assert.Equal(CancelResult.Requested, await Queue.Control.CancelAsync(stopping));

        Assert.Equal(new EnqueueResult(next, false), await Queue.EnqueueOrGetAsync(Active()));
    }

    [Fact]
    public async Task Cancel_RunningTaskThatCompletesAllTheSame_RetryIsRefusedWhileAnotherHasTheKey()
    {
        var stopping = await Queue.EnqueueAsync(Active());
        var lease = (await Queue.TakeAsync(stopping)).Lease;
        await Queue.Control.CancelAsync(stopping);
        var next = await Queue.EnqueueAsync(Active());
        Assert.True(await Queue.CompleteAsync(lease));

        var error = await Assert.ThrowsAsync<TaskStateException>(async () => await Queue.Control.RetryAsync(stopping));

        Assert.Matches($@"\btask {next} holds its dedup key\b", error.Message);
        await Queue.SucceedAsync(next);
        await Queue.Control.RetryAsync(stopping);
        Assert.Equal(new EnqueueResult(stopping, false), await Queue.EnqueueOrGetAsync(Active()));
    }

    [Theory]
    [InlineData(DedupScope.Forever, false)]
    [InlineData(DedupScope.UntilStarted, true)]
    public async Task Cancel_RunningTaskOfAnotherScope_ChangesNothingAboutItsKey(DedupScope scope, bool created)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = Key, DedupScope = scope });
        await Queue.TakeAsync(id);

        await Queue.Control.CancelAsync(id);

        Assert.Equal(created, (await Queue.EnqueueOrGetAsync(Active())).Created);
    }

    [Fact]
    public async Task UntilStarted_Queued_HoldsTheKey()
    {
        var id = await Queue.EnqueueAsync(UntilStarted());

        Assert.Equal(new EnqueueResult(id, false), await Queue.EnqueueOrGetAsync(UntilStarted()));
        Assert.Equal(new EnqueueResult(id, false), await Queue.EnqueueOrGetAsync(Active()));
    }

    [Fact]
    public async Task UntilStarted_CheckedOut_LeavesTheKeyToNewWork()
    {
        var running = await Queue.TakeAsync(await Queue.EnqueueAsync(UntilStarted()));

        var next = await Queue.EnqueueOrGetAsync(UntilStarted());

        Assert.True(next.Created);
        Assert.True(await Queue.CompleteAsync(running.Lease));
        Assert.Equal(new EnqueueResult(next.Id, false), await Queue.EnqueueOrGetAsync(UntilStarted()));
    }

    [Fact]
    public async Task UntilStarted_CheckedOutWithOthers_FreesTheKeysOfAll()
    {
        await Queue.EnqueueAsync([UntilStarted(), UntilStarted() with { DedupKey = "other" }, new NewTask("a")]);
        Assert.Equal(3, (await Queue.CheckoutAsync(Worker(), 10)).Count);

        Assert.True((await Queue.EnqueueOrGetAsync(UntilStarted())).Created);
        Assert.True((await Queue.EnqueueOrGetAsync(UntilStarted() with { DedupKey = "other" })).Created);
    }

    public enum WayBack
    {
        Fail,
        Backoff,
        Release,
        Reap,
        Retry,
        RetryStashed,
    }

    [Theory]
    [MemberData(nameof(WaysBack))]
    public async Task UntilStarted_QueuedAgain_TakesTheKeyIfItIsFree(WayBack how)
    {
        var id = await Queue.EnqueueAsync(UntilStarted());
        await ReturnAsync(await Queue.TakeAsync(id), how);

        Assert.Equal(TaskState.Queued, (await GetAsync(id)).State);
        Assert.Equal(new EnqueueResult(id, false), await Queue.EnqueueOrGetAsync(UntilStarted()));
    }

    [Theory]
    [MemberData(nameof(WaysBack))]
    public async Task UntilStarted_QueuedAgainWhileAnotherHasTheKey_GoesWithout(WayBack how)
    {
        var first = await Queue.EnqueueAsync(UntilStarted());
        var running = await Queue.TakeAsync(first);
        var second = await Queue.EnqueueAsync(UntilStarted() with { Stashed = true });

        await ReturnAsync(running, how);

        Assert.Equal(TaskState.Queued, (await GetAsync(first)).State);
        Assert.Equal(new EnqueueResult(second, false), await Queue.EnqueueOrGetAsync(UntilStarted()));

        // Its checkout and its end leave the key of the other alone.
        await Queue.Control.RunNowAsync(first);
        await Queue.SucceedAsync(first);
        Assert.Equal(new EnqueueResult(second, false), await Queue.EnqueueOrGetAsync(UntilStarted()));
        await Queue.Control.RemoveAsync([first]);
        Assert.Equal(new EnqueueResult(second, false), await Queue.EnqueueOrGetAsync(UntilStarted()));
    }

    [Fact]
    public async Task UntilStarted_CancelledOrRemovedWhileQueued_FreesTheKey()
    {
        var cancelled = await Queue.EnqueueAsync(UntilStarted());
        await Queue.Control.CancelAsync(cancelled);
        var removed = await Queue.EnqueueOrGetAsync(UntilStarted());
        Assert.True(removed.Created);
        await Queue.Control.RemoveAsync([removed.Id]);

        Assert.True((await Queue.EnqueueOrGetAsync(UntilStarted())).Created);
    }

    [Theory]
    [InlineData(DedupScope.Active)]
    [InlineData(DedupScope.Forever)]
    [InlineData(DedupScope.UntilStarted)]
    public async Task Get_TaskWithKey_TellsKeyAndScope(DedupScope scope)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { DedupKey = Key, DedupScope = scope });

        Assert.Equal((Key, scope), await GetAsync(id) is var info ? (info.DedupKey, info.DedupScope) : default);
        await Queue.SucceedAsync(id);
        await ReopenAsync();
        Assert.Equal((Key, scope), await GetAsync(id) is var read ? (read.DedupKey, read.DedupScope) : default);
    }

    [Fact]
    public async Task Race_UntilStarted_NoEnqueueIsAnsweredWithWorkThatHasStarted()
    {
        await using var other = await Fixture.OpenAsync();
        var race = new DedupRace([Queue, other], UntilStarted() with { MaxAttempts = 1_000_000, Retry = RetryPolicy.Immediate });

        await race.RunAsync(cancels: false);

        race.AssertNoAnswerNamesStartedWork();
        race.AssertNoSecondTaskWhileTheFirstIsQueued();
        race.AssertBothAnswersWereGiven();
    }

    [Fact]
    public async Task Race_ActiveAndCancels_NoEnqueueIsAnsweredWithATaskThatIsBeingCancelled()
    {
        await using var other = await Fixture.OpenAsync();
        var race = new DedupRace([Queue, other], Active() with { MaxAttempts = 1_000_000, Retry = RetryPolicy.Immediate });

        await race.RunAsync(cancels: true);

        race.AssertNoAnswerNamesCancelledWork();
        race.AssertBothAnswersWereGiven();
    }

    public static TheoryData<WayBack> WaysBack => [.. Enum.GetValues<WayBack>()];

    private protected static NewTask Active() => new("a") { DedupKey = Key };

    private protected static NewTask UntilStarted() => new("a") { DedupKey = Key, DedupScope = DedupScope.UntilStarted };

    private async Task ReturnAsync(LeasedTask task, WayBack how)
    {
        switch (how)
        {
            case WayBack.Fail:
                Assert.True(await Queue.FailAsync(task.Lease, new TaskFailure("broke") { RetryAfter = TimeSpan.Zero }));
                break;
            case WayBack.Backoff:
                Assert.True(await Queue.FailAsync(task.Lease, new TaskFailure("broke") { RetryAfter = TimeSpan.FromHours(1) }));
                break;
            case WayBack.Release:
                Assert.True(await Queue.ReleaseAsync(task.Lease));
                break;
            case WayBack.Reap:
                Time.Advance(task.LeaseDuration + TimeSpan.FromSeconds(1));
                Assert.Equal(1, await Queue.ReapExpiredAsync());
                break;
            case WayBack.Retry:
                Assert.True(await Queue.CompleteAsync(task.Lease));
                await Queue.Control.RetryAsync(task.Id);
                break;
            default:
                Assert.True(await Queue.FailAsync(task.Lease, new TaskFailure("broke") { Permanent = true }));
                await Queue.Control.RetryStashedAsync(task.Id);
                break;
        }
    }
}

/// <summary>The same, with what needs dependencies, approvals, budgets, schedules or take-overs.</summary>
public abstract class DedupConformance : DedupBasics
{
    [Fact]
    public async Task CancelTree_ReachesRunningDependent_FreesItsKey()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(Active() with { After = [parent] });
        await Queue.SucceedAsync(parent);
        await Queue.TakeAsync(child);

        await Queue.Control.CancelTreeAsync(parent);

        Assert.True((await GetAsync(child)).CancelRequested);
        Assert.True((await Queue.EnqueueOrGetAsync(Active())).Created);
    }

    [Fact]
    public async Task UntilStarted_DependentOfARetriedTask_ComesBackWithoutTheKeyThatAnotherHas()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await Queue.EnqueueAsync(UntilStarted() with { After = [parent] });
        await Queue.FailForGoodAsync(parent);
        Assert.Equal(TaskOutcome.DependencyFailed, (await GetAsync(child)).Outcome);
        var other = await Queue.EnqueueAsync(UntilStarted());

        await Queue.Control.RetryAsync(parent, withDependents: true);

        Assert.Equal(TaskState.Queued, (await GetAsync(child)).State);
        Assert.Equal(new EnqueueResult(other, false), await Queue.EnqueueOrGetAsync(UntilStarted()));
    }
}

using System.Text;
using Xunit;

namespace DurableQueue.Conformance;

/// <summary>What a lease allows, when it is lost, and what a lost one can no longer do.</summary>
public abstract class LeaseBasics : ConformanceTest
{
    /// <summary>Every call that takes a lease.</summary>
    public enum LeaseCall
    {
        Heartbeat,
        HeartbeatBatch,
        Complete,
        CompleteBatch,
        Fail,
        FailPermanently,
        Release,
        Snooze,
        Suspend,
        Resume,
        Progress,
        Checkpoint,
    }

    public static TheoryData<LeaseCall> LeaseCalls => [.. Enum.GetValues<LeaseCall>()];

    [Fact]
    public async Task Heartbeat_LeaseHeld_RenewsForTheFullDuration()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        Time.Advance(TimeSpan.FromSeconds(200));

        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(task.Lease));

        Assert.Equal(Time.GetUtcNow().AddSeconds(300), (await GetAsync(id)).LeaseExpiresAt);
        Time.Advance(TimeSpan.FromSeconds(200));
        Assert.Equal(0, await Queue.ReapExpiredAsync());
    }

    [Fact]
    public async Task Heartbeat_ExpiredButNotReaped_IsStillAccepted()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(task.Lease));

        Assert.Equal(0, await Queue.ReapExpiredAsync());
        Assert.Equal(TaskState.CheckedOut, (await GetAsync(id)).State);
    }

    [Fact]
    public async Task Heartbeat_CancelRequested_SaysSoAndRenews()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        await Queue.Control.CancelAsync(id);
        Time.Advance(TimeSpan.FromSeconds(100));

        Assert.Equal(HeartbeatResult.CancelRequested, await Queue.HeartbeatAsync(task.Lease));
        Assert.Equal(HeartbeatResult.CancelRequested, await Queue.HeartbeatAsync(task.Lease));

        Assert.Equal(Time.GetUtcNow().AddSeconds(300), (await GetAsync(id)).LeaseExpiresAt);
    }

    [Fact]
    public async Task Heartbeat_UnknownTask_IsLost()
    {
        var lease = new Lease(new TaskId(987_654), 1, Time.GetUtcNow().AddMinutes(5));

        Assert.Equal(HeartbeatResult.Lost, await Queue.HeartbeatAsync(lease));
    }

    [Fact]
    public async Task Heartbeat_Batch_AnswersInTheOrderGiven()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a"), new NewTask("a"), new NewTask("a"), new NewTask("a")]);
        var leases = (await Queue.CheckoutAsync(Worker(), 4)).Select(task => task.Lease).ToList();
        await Queue.CompleteAsync(leases[0]);
        await Queue.Control.CancelAsync(ids[2]);
        Time.Advance(TimeSpan.FromSeconds(10));

        var answers = await Queue.HeartbeatAsync([leases[3], leases[2], leases[1], leases[0], leases[2], leases[3] with { Token = -1 }]);

        Assert.Equal(
            [
                HeartbeatResult.Renewed, HeartbeatResult.CancelRequested, HeartbeatResult.Renewed, HeartbeatResult.Lost,
                HeartbeatResult.CancelRequested, HeartbeatResult.Lost,
            ],
            answers);
        Assert.Equal(Time.GetUtcNow().AddSeconds(300), (await GetAsync(ids[1])).LeaseExpiresAt);
        Assert.Equal(Time.GetUtcNow().AddSeconds(300), (await GetAsync(ids[3])).LeaseExpiresAt);
    }

    [Fact]
    public async Task Heartbeat_EmptyBatch_AnswersNothing()
    {
        Assert.Empty(await Queue.HeartbeatAsync([]));
    }

    [Theory]
    [MemberData(nameof(LeaseCalls))]
    public async Task LeaseCall_AfterTheSameWorkerTookTheTaskAgain_ChangesNothing(LeaseCall call)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var stale = (await CheckoutAsync("w1")).Lease;
        Time.Advance(TimeSpan.FromSeconds(301));
        var current = await CheckoutAsync("w1");
        Assert.Equal(id, current.Id);

        await AssertLostAsync(call, stale);

        Assert.True(await Queue.CompleteAsync(current.Lease));
    }

    [Theory]
    [MemberData(nameof(LeaseCalls))]
    public async Task LeaseCall_AfterReap_ChangesNothing(LeaseCall call)
    {
        await Queue.EnqueueAsync(new NewTask("a"));
        var stale = (await CheckoutAsync()).Lease;
        Time.Advance(TimeSpan.FromSeconds(301));
        Assert.Equal(1, await Queue.ReapExpiredAsync());

        await AssertLostAsync(call, stale);
    }

    [Theory]
    [MemberData(nameof(LeaseCalls))]
    public async Task LeaseCall_AfterRetryOfTheFinishedTask_ChangesNothing(LeaseCall call)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var stale = (await CheckoutAsync()).Lease;
        await Queue.CompleteAsync(stale);
        await Queue.Control.RetryAsync(id);
        await CheckoutAsync();

        await AssertLostAsync(call, stale);
    }

    [Theory]
    [MemberData(nameof(LeaseCalls))]
    public async Task LeaseCall_TokenNeverGiven_ChangesNothing(LeaseCall call)
    {
        await Queue.EnqueueAsync(new NewTask("a"));
        var lease = (await CheckoutAsync()).Lease;

        await AssertLostAsync(call, lease with { Token = lease.Token + 1 });
        await AssertLostAsync(call, lease with { Token = 0 });
        await AssertLostAsync(call, lease with { Token = long.MinValue });
    }

    [Theory]
    [MemberData(nameof(LeaseCalls))]
    public async Task LeaseCall_RemovedTask_IsLostAndNoError(LeaseCall call)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var lease = (await CheckoutAsync()).Lease;
        await Queue.CompleteAsync(lease);
        await Queue.Control.RemoveAsync([id]);

        await AssertLostAsync(call, lease);
    }

    [Fact]
    public async Task LeaseCall_OtherExpiryInTheLease_CountsBecauseOnlyTheTokenDecides()
    {
        await Queue.EnqueueAsync(new NewTask("a"));
        var lease = (await CheckoutAsync()).Lease with { ExpiresAt = default };

        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(lease));
        Assert.True(await Queue.CompleteAsync(lease));
    }

    [Fact]
    public async Task LeaseCall_AfterReopen_LeaseStillCounts()
    {
        await Queue.EnqueueAsync(new NewTask("a"));
        var lease = (await CheckoutAsync()).Lease;
        await ReopenAsync();

        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(lease));
        Assert.True(await Queue.CompleteAsync(lease));
    }

    [Fact]
    public async Task Complete_LeaseHeld_EndsTheTask()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        Time.Advance(TimeSpan.FromSeconds(12));

        Assert.True(await Queue.CompleteAsync(task.Lease, Utf8("result")));

        var info = await GetAsync(id);
        Assert.Equal((TaskState.Done, TaskOutcome.Succeeded), (info.State, info.Outcome));
        Assert.Equal(Time.GetUtcNow(), info.FinishedAt);
        Assert.Equal(Time.GetUtcNow().AddSeconds(-12), info.StartedAt);
        Assert.NotNull(info.FinishSequence);
        Assert.Null(info.LeaseExpiresAt);
        Assert.Null(info.LastError);
        Assert.Equal(Utf8("result").ToArray(), (await Queue.Inspector.GetResultAsync(id))?.ToArray());
        Assert.Empty(await Queue.Inspector.GetAttemptsAsync(id));
        Assert.Equal(0, (await Queue.Groups.GetAsync("default"))?.Running);
    }

    [Fact]
    public async Task Complete_WithoutResult_ResultIsEmpty()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        Assert.Null(await Queue.Inspector.GetResultAsync(id));
        await Queue.CompleteAsync((await CheckoutAsync()).Lease);

        var result = await Queue.Inspector.GetResultAsync(id);
        Assert.NotNull(result);
        Assert.True(result.Value.IsEmpty);
    }

    [Fact]
    public async Task Complete_Twice_SecondIsLost()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var lease = (await CheckoutAsync()).Lease;
        Assert.True(await Queue.CompleteAsync(lease, Utf8("first")));
        var before = await Queue.SnapshotAsync(id);

        Assert.False(await Queue.CompleteAsync(lease, Utf8("second")));

        Assert.Equal(before, await Queue.SnapshotAsync(id));
    }

    [Fact]
    public async Task Complete_ExpiredButNotReaped_IsAccepted()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        Time.Advance(TimeSpan.FromHours(1));

        Assert.True(await Queue.CompleteAsync(task.Lease));
        Assert.Equal(TaskState.Done, (await GetAsync(id)).State);
    }

    [Fact]
    public async Task CompleteBatch_EachLeaseIsJudgedByItself_AnswersInOrder()
    {
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a"), 4)]);
        var tasks = await Queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 4);
        await Queue.CompleteAsync(tasks[1].Lease, Utf8("before"));
        var stale = tasks[3].Lease with { Token = tasks[3].Lease.Token + 1 };

        var kept = await Queue.CompleteAsync([
            new TaskCompletion(tasks[2].Lease, Utf8("third")),
            new TaskCompletion(tasks[1].Lease, Utf8("again")),
            new TaskCompletion(stale),
            new TaskCompletion(tasks[0].Lease),
            new TaskCompletion(tasks[0].Lease, Utf8("twice"))]);

        Assert.Equal([true, false, false, true, false], kept);
        Assert.Equal(TaskState.CheckedOut, (await GetAsync(tasks[3].Id)).State);
        Assert.True((await GetAsync(tasks[2].Id)).FinishSequence < (await GetAsync(tasks[0].Id)).FinishSequence);
        Assert.Equal(Utf8("third").ToArray(), (await Queue.Inspector.GetResultAsync(tasks[2].Id))?.ToArray());
        Assert.Equal(Utf8("before").ToArray(), (await Queue.Inspector.GetResultAsync(tasks[1].Id))?.ToArray());
        Assert.True((await Queue.Inspector.GetResultAsync(tasks[0].Id))?.IsEmpty);
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task CompleteBatch_Empty_IsNothing() => Assert.Empty(await Queue.CompleteAsync([]));

    [Fact]
    public async Task Complete_FromManyCallersAtOnce_OneWins()
    {
        await Queue.EnqueueAsync(new NewTask("a"));
        var lease = (await CheckoutAsync()).Lease;

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () => await Queue.CompleteAsync(lease))));

        Assert.Single(answers, won => won);
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Progress_LeaseHeld_KeepsTheLastReport()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var lease = (await CheckoutAsync()).Lease;

        Assert.True(await Queue.ReportProgressAsync(lease, 0.25, "a quarter"));
        Assert.True(await Queue.ReportProgressAsync(lease, 0.75, "three quarters 🎈"));

        var info = await GetAsync(id);
        Assert.Equal(0.75, info.Progress);
        Assert.Equal("three quarters 🎈", info.ProgressMessage);
        Assert.Equal(TaskState.CheckedOut, info.State);
    }

    [Fact]
    public async Task Checkpoint_FirstAttempt_BeginsWithoutOne()
    {
        await Queue.EnqueueAsync(new NewTask("a", Utf8("payload")));

        Assert.Null((await CheckoutAsync()).Checkpoint);
    }

    [Theory]
    [InlineData("payload")]
    [InlineData("")]
    public async Task Checkpoint_AttemptFailed_TheNextOneBeginsWithTheLast(string payload)
    {
        await Queue.EnqueueAsync(new NewTask("a", Utf8(payload)) { Retry = RetryPolicy.Immediate });
        var lease = (await CheckoutAsync()).Lease;
        Assert.True(await Queue.CheckpointAsync(lease, Utf8("first")));
        Assert.True(await Queue.CheckpointAsync(lease, Utf8("second")));
        Assert.True(await Queue.FailAsync(lease, new TaskFailure("no")));

        var next = await CheckoutAsync();

        Assert.Equal("second", Encoding.UTF8.GetString(next.Checkpoint!.Value.Span));
        Assert.Equal(payload, Encoding.UTF8.GetString(next.Payload.Span));
    }

    [Fact]
    public async Task Checkpoint_LeaseExpiredOrGivenBack_IsKeptForTheNextAttempt()
    {
        await Queue.EnqueueAsync(new NewTask("a"));
        Assert.True(await Queue.CheckpointAsync((await CheckoutAsync()).Lease, Utf8("kept")));
        await ReopenAsync();
        Time.Advance(TimeSpan.FromSeconds(301));

        var reaped = await CheckoutAsync();
        Assert.Equal("kept", Encoding.UTF8.GetString(reaped.Checkpoint!.Value.Span));
        await Queue.ReleaseAsync(reaped.Lease);

        Assert.Equal("kept", Encoding.UTF8.GetString((await CheckoutAsync()).Checkpoint!.Value.Span));
    }

    [Fact]
    public async Task Checkpoint_Empty_IsACheckpointToo()
    {
        await Queue.EnqueueAsync(new NewTask("a"));
        var lease = (await CheckoutAsync()).Lease;
        Assert.True(await Queue.CheckpointAsync(lease, ReadOnlyMemory<byte>.Empty));
        await Queue.ReleaseAsync(lease);

        Assert.Equal(0, (await CheckoutAsync()).Checkpoint?.Length);
    }

    [Fact]
    public async Task Checkpoint_StaleToken_LeavesTheLastOne()
    {
        await Queue.EnqueueAsync(new NewTask("a"));
        var stale = (await CheckoutAsync()).Lease;
        await Queue.ReleaseAsync(stale);
        var lease = (await CheckoutAsync()).Lease;
        Assert.True(await Queue.CheckpointAsync(lease, Utf8("mine")));

        Assert.False(await Queue.CheckpointAsync(stale, Utf8("stale")));

        await Queue.ReleaseAsync(lease);
        Assert.Equal("mine", Encoding.UTF8.GetString((await CheckoutAsync()).Checkpoint!.Value.Span));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Checkpoint_RetryInPlace_BeginsWithoutOne(bool succeeded)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var lease = (await CheckoutAsync()).Lease;
        Assert.True(await Queue.CheckpointAsync(lease, Utf8("old")));
        Assert.True(succeeded ? await Queue.CompleteAsync(lease) : await Queue.FailAsync(lease, new TaskFailure("no") { Permanent = true }));

        await Queue.Control.RetryAsync(id);

        Assert.Null((await CheckoutAsync()).Checkpoint);
    }

    [Fact]
    public async Task Suspend_LeaseHeld_GivesTheSlotBack()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        var ids = await Queue.EnqueueAsync([new NewTask("a") { Group = "one" }, new NewTask("a") { Group = "one" }]);
        var task = await CheckoutAsync();

        Assert.True(await Queue.SuspendAsync(task.Lease));

        var info = await GetAsync(ids[0]);
        Assert.Equal((TaskState.CheckedOut, true), (info.State, info.Waiting));
        var group = await Queue.Groups.GetAsync("one");
        Assert.Equal((0, 1), (group?.Running, group?.Waiting));
        Assert.Equal(ids[1], (await CheckoutAsync()).Id);
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Suspend_Twice_IsHarmless()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        Assert.True(await Queue.SuspendAsync(task.Lease));
        var before = await Queue.SnapshotAsync(id);

        Assert.True(await Queue.SuspendAsync(task.Lease));

        Assert.Equal(before, await Queue.SnapshotAsync(id));
    }

    [Fact]
    public async Task Suspend_LeaseGoesOn_MustBeRenewed()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        await Queue.SuspendAsync(task.Lease);
        Time.Advance(TimeSpan.FromSeconds(200));
        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(task.Lease));
        Time.Advance(TimeSpan.FromSeconds(200));
        Assert.Equal(0, await Queue.ReapExpiredAsync());
        Time.Advance(TimeSpan.FromSeconds(200));
        Assert.Equal(1, await Queue.ReapExpiredAsync());

        Assert.Equal(TaskState.Queued, (await GetAsync(id)).State);
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Resume_GroupFullByNow_TakesTheSlotAnyway()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a") { Group = "one" }, 3)]);
        var first = await CheckoutAsync();
        await Queue.SuspendAsync(first.Lease);
        var second = await CheckoutAsync();

        Assert.True(await Queue.ResumeAsync(first.Lease));

        var group = await Queue.Groups.GetAsync("one");
        Assert.Equal((2, 0), (group?.Running, group?.Waiting));
        await Queue.CompleteAsync(second.Lease);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        await Queue.CompleteAsync(first.Lease);
        Assert.NotNull(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Resume_NotSuspended_IsHarmless()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        var before = await Queue.SnapshotAsync(id);

        Assert.True(await Queue.ResumeAsync(task.Lease));

        Assert.Equal(before, await Queue.SnapshotAsync(id));
    }

    [Theory]
    [InlineData(LeaseCall.Complete)]
    [InlineData(LeaseCall.Fail)]
    [InlineData(LeaseCall.FailPermanently)]
    [InlineData(LeaseCall.Release)]
    [InlineData(LeaseCall.Snooze)]
    public async Task LeaseCall_EndsASuspendedAttempt_FreesNoSlotTwice(LeaseCall call)
    {
        await Queue.Groups.EnsureAsync("one", 1);
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a") { Group = "one" }, 2)]);
        var first = await CheckoutAsync();
        await Queue.SuspendAsync(first.Lease);
        await CheckoutAsync();

        Assert.True(await CallAsync(call, first.Lease));

        Assert.Equal(1, (await Queue.Groups.GetAsync("one"))?.Running);
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Reap_NothingExpired_TakesNothing()
    {
        await Queue.EnqueueAsync([new NewTask("a"), new NewTask("a")]);
        await CheckoutAsync();
        Time.Advance(TimeSpan.FromSeconds(299));

        Assert.Equal(0, await Queue.ReapExpiredAsync());
    }

    [Fact]
    public async Task Reap_AttemptsLeft_QueuesAgainWithoutBackoff()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Retry = RetryPolicy.Fixed(TimeSpan.FromHours(5)) });
        var startedAt = Time.GetUtcNow();
        await CheckoutAsync("gone");
        Time.Advance(TimeSpan.FromSeconds(301));

        Assert.Equal(1, await Queue.ReapExpiredAsync());

        var info = await GetAsync(id);
        Assert.Equal((TaskState.Queued, TaskHolds.None, TaskOutcome.None), (info.State, info.Holds, info.Outcome));
        Assert.Equal(1, info.Attempt);
        Assert.NotNull(info.LastError);
        Assert.Null(info.LeaseExpiresAt);
        var attempt = Assert.Single(await Queue.Inspector.GetAttemptsAsync(id));
        Assert.Equal((1, "gone", TaskOutcome.Abandoned), (attempt.Attempt, attempt.Worker, attempt.Outcome));
        Assert.Equal((startedAt, Time.GetUtcNow()), (attempt.StartedAt, attempt.EndedAt));
        Assert.Equal(2, (await CheckoutAsync()).Attempt);
    }

    [Fact]
    public async Task Reap_LastAttempt_FailsAsAbandoned()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 1 });
        await CheckoutAsync();
        Time.Advance(TimeSpan.FromSeconds(301));

        Assert.Equal(1, await Queue.ReapExpiredAsync());

        var info = await GetAsync(id);
        Assert.Equal((TaskState.Failed, TaskOutcome.Abandoned), (info.State, info.Outcome));
        Assert.Equal(Time.GetUtcNow(), info.FinishedAt);
        Assert.NotNull(info.FinishSequence);
        Assert.NotNull(info.LastError);
        Assert.Equal(0, await Queue.ReapExpiredAsync());
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Reap_ManyExpired_TakesAllOfThemAndOnlyThem()
    {
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a"), 1_200)]);
        await Queue.CheckoutAsync(Worker(), 1_200);
        var alive = await Queue.EnqueueAsync(new NewTask("a"));
        Time.Advance(TimeSpan.FromSeconds(200));
        await CheckoutAsync();
        Time.Advance(TimeSpan.FromSeconds(101));

        Assert.Equal(1_200, await Queue.ReapExpiredAsync());

        Assert.Equal(TaskState.CheckedOut, (await GetAsync(alive)).State);
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Reap_AfterReopen_TakesBackWhatACrashLeft()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        await CheckoutAsync();
        await ReopenAsync();
        Time.Advance(TimeSpan.FromSeconds(301));

        Assert.Equal(1, await Queue.ReapExpiredAsync());
        Assert.Equal(TaskState.Queued, (await GetAsync(id)).State);
    }

    [Fact]
    public async Task Reap_WallClockJumped_WaitsOneHeartbeatInterval()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { LeaseDuration = TimeSpan.FromSeconds(30) });
        await CheckoutAsync();
        Time.JumpWallClock(TimeSpan.FromHours(1));

        Assert.Equal(0, await Queue.ReapExpiredAsync());
        Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, await Queue.ReapExpiredAsync());
        Assert.Equal(TaskState.CheckedOut, (await GetAsync(id)).State);
        Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, await Queue.ReapExpiredAsync());
    }

    [Fact]
    public async Task Reap_WallClockJumped_LivingWorkerRenewsFirst()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { LeaseDuration = TimeSpan.FromSeconds(30) });
        var task = await CheckoutAsync();
        Time.JumpWallClock(TimeSpan.FromHours(1));

        Assert.Null(await Queue.CheckoutAsync(Worker("other")));
        Time.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(task.Lease));
        Time.Advance(TimeSpan.FromSeconds(15));

        Assert.Equal(0, await Queue.ReapExpiredAsync());
        Assert.Null(await Queue.CheckoutAsync(Worker("other")));
        Assert.Equal(1, (await GetAsync(id)).Attempt);
        Assert.True(await Queue.CompleteAsync(task.Lease));
    }

    [Fact]
    public async Task Reap_WallClockMovedALittle_DoesNotWait()
    {
        await Queue.EnqueueAsync(new NewTask("a") { LeaseDuration = TimeSpan.FromSeconds(5) });
        await CheckoutAsync();
        Time.JumpWallClock(TimeSpan.FromSeconds(9));

        Assert.Equal(1, await Queue.ReapExpiredAsync());
    }

    [Fact]
    public async Task Reap_WallClockJumpedBack_TakesNothingBeforeTheLeaseEnds()
    {
        await Queue.EnqueueAsync(new NewTask("a") { LeaseDuration = TimeSpan.FromSeconds(30) });
        var task = await CheckoutAsync();
        Time.JumpWallClock(TimeSpan.FromHours(-1));

        Assert.Equal(0, await Queue.ReapExpiredAsync());
        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(task.Lease));
        Assert.Equal(Time.GetUtcNow().AddSeconds(30), (await GetAsync(task.Id)).LeaseExpiresAt);
    }

    [Fact]
    public async Task Reap_ManyDelaysAreOver_EndsAllOfThem()
    {
        const int Count = 1_600;
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("delayed") { Delay = TimeSpan.FromHours(1) }, Count)]);
        Time.Advance(TimeSpan.FromHours(1));

        await Queue.ReapExpiredAsync();

        Assert.Equal(Count, (await Queue.CheckoutAsync(Worker(), 10_000)).Count);
    }

    private async Task AssertLostAsync(LeaseCall call, Lease lease)
    {
        var before = await Queue.SnapshotAsync(lease.TaskId);
        Assert.False(await CallAsync(call, lease));
        Assert.Equal(before, await Queue.SnapshotAsync(lease.TaskId));
    }

    private async Task<bool> CallAsync(LeaseCall call, Lease lease) => call switch
    {
        LeaseCall.Heartbeat => await Queue.HeartbeatAsync(lease) != HeartbeatResult.Lost,
        LeaseCall.HeartbeatBatch => (await Queue.HeartbeatAsync([lease]))[0] != HeartbeatResult.Lost,
        LeaseCall.CompleteBatch => (await Queue.CompleteAsync([new TaskCompletion(lease, Utf8("result"))]))[0],
        LeaseCall.Complete => await Queue.CompleteAsync(lease, Utf8("result")),
        LeaseCall.Fail => await Queue.FailAsync(lease, new TaskFailure("stale")),
        LeaseCall.FailPermanently => await Queue.FailAsync(lease, new TaskFailure("stale") { Permanent = true }),
        LeaseCall.Release => await Queue.ReleaseAsync(lease),
        LeaseCall.Snooze => await Queue.ReleaseAsync(lease, TimeSpan.FromMinutes(1)),
        LeaseCall.Suspend => await Queue.SuspendAsync(lease),
        LeaseCall.Resume => await Queue.ResumeAsync(lease),
        LeaseCall.Progress => await Queue.ReportProgressAsync(lease, 0.5, "stale"),
        LeaseCall.Checkpoint => await Queue.CheckpointAsync(lease, Utf8("stale")),
        _ => throw new ArgumentOutOfRangeException(nameof(call), call, null),
    };
}

/// <summary>The same, with what needs dependencies, approvals, budgets, schedules or take-overs.</summary>
public abstract class LeaseConformance : LeaseBasics
{
    [Fact]
    public async Task CompleteBatch_ReleasesDependents_AlsoThoseInTheList()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a"), new NewTask("a"), new NewTask("b") { After = [TaskDependency.OnItem(0), TaskDependency.OnItem(1)] }]);
        var tasks = await Queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 3);

        await Queue.CompleteAsync([.. tasks.Select(task => new TaskCompletion(task.Lease))]);

        Assert.Equal(ids[2], (await CheckoutAsync()).Id);
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task TakeOver_WorkerIsAlive_AnswersNullAndChangesNothing()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        var before = await Queue.SnapshotAsync(id);

        Assert.Null(await Queue.TakeOverAsync(id, "heir"));

        Assert.Equal(before, await Queue.SnapshotAsync(id));
        Assert.True(await Queue.CompleteAsync(task.Lease));
    }

    [Fact]
    public async Task TakeOver_UnknownTask_IsNotFound()
    {
        var error = await Assert.ThrowsAsync<TaskNotFoundException>(async () => await Queue.TakeOverAsync(new TaskId(4711), "heir"));

        Assert.Equal(new TaskId(4711), error.Id);
    }

    [Fact]
    public async Task Reap_ManyRequestsAreOver_EndsAllOfThem()
    {
        const int Count = 1_600;
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("asked") { Approval = new ApprovalTerms { ExpiresAfter = TimeSpan.FromHours(1) } }, Count)]);
        Time.Advance(TimeSpan.FromHours(1));

        await Queue.ReapExpiredAsync();

        Assert.Empty(await Queue.Approvals.ListPendingAsync());
        Assert.Equal(Count, (await Queue.Inspector.CountAsync()).Total.Failed);
    }
}

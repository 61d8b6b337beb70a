using Xunit;

namespace DurableQueue.Conformance;

/// <summary>How a task is cancelled before, while and after it runs. Cancelling with dependents stands with the dependencies.</summary>
public abstract class CancelBasics : ConformanceTest
{
    /// <summary>How an attempt can stop short of completion.</summary>
    public enum Ending
    {
        Fail,
        FailWithRetryAfter,
        FailPermanently,
        TimeOut,
        Release,
        Snooze,
        Suspend,
        Reap,
        ReapAtCheckout,
    }

    public static TheoryData<Ending> Endings => [.. Enum.GetValues<Ending>()];

    [Fact]
    public async Task Cancel_QueuedTask_EndsAtOnceWithTheReason()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        Time.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal(CancelResult.Cancelled, await Queue.Control.CancelAsync(id, "no longer needed"));

        var info = await GetAsync(id);
        Assert.Equal((TaskState.Cancelled, TaskOutcome.Cancelled, 0), (info.State, info.Outcome, info.Attempt));
        Assert.Contains("no longer needed", info.LastError, StringComparison.Ordinal);
        Assert.Equal(Time.GetUtcNow(), info.FinishedAt);
        Assert.NotNull(info.FinishSequence);
        Assert.Null(await Queue.Inspector.GetResultAsync(id));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Cancel_WithoutAReason_EndsCancelled()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        Assert.Equal(CancelResult.Cancelled, await Queue.Control.CancelAsync(id));

        Assert.Equal(TaskState.Cancelled, (await GetAsync(id)).State);
    }

    [Fact]
    public async Task Cancel_RunningTask_IsRequestedAndGoesOn()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();

        Assert.Equal(CancelResult.Requested, await Queue.Control.CancelAsync(id, "stop it"));

        var info = await GetAsync(id);
        Assert.Equal((TaskState.CheckedOut, true, TaskOutcome.None), (info.State, info.CancelRequested, info.Outcome));
        Assert.Equal(1, (await Queue.Groups.GetAsync("default"))?.Running);
        Assert.Equal(HeartbeatResult.CancelRequested, await Queue.HeartbeatAsync(task.Lease));
        Assert.True(await Queue.ReportProgressAsync(task.Lease, 0.5));
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Cancel_RunningTaskTwice_IsRequestedBothTimes()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        await CheckoutAsync();

        Assert.Equal(CancelResult.Requested, await Queue.Control.CancelAsync(id));
        Assert.Equal(CancelResult.Requested, await Queue.Control.CancelAsync(id));
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task Cancel_RunningTaskThatStops_EndsKilledAndIsNeverRetried(Ending ending)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 9 });
        var task = await CheckoutAsync();
        await Queue.Control.CancelAsync(id, "stop it");

        await StopAsync(ending, task.Lease);

        var info = await GetAsync(id);
        Assert.Equal((TaskState.Cancelled, TaskOutcome.Killed), (info.State, info.Outcome));
        Assert.Contains("stop it", info.LastError, StringComparison.Ordinal);
        Assert.Equal(Time.GetUtcNow(), info.FinishedAt);
        Assert.NotNull(info.FinishSequence);
        Time.Advance(TimeSpan.FromDays(1));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Assert.Equal(HeartbeatResult.Lost, await Queue.HeartbeatAsync(task.Lease));
        await Queue.AssertInvariantsAsync();
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task Cancel_RunningTaskThatStops_FreesItsSlotOnce(Ending ending)
    {
        await Queue.Groups.EnsureAsync("one", 1);
        var ids = await Queue.EnqueueAsync([new NewTask("a") { Group = "one" }, new NewTask("a") { Group = "one" }]);
        var task = await CheckoutAsync();
        await Queue.Control.CancelAsync(ids[0]);

        await StopAsync(ending, task.Lease);

        var running = (await GetAsync(ids[1])).State == TaskState.CheckedOut ? 1 : 0;
        Assert.Equal(running, (await Queue.Groups.GetAsync("one"))?.Running);
        Assert.Equal(1 - running, (await Queue.CheckoutAsync(Worker(), 10)).Count);
    }

    [Fact]
    public async Task Cancel_RunningTaskThatFails_HasTheAttemptAsKilled()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync("w1");
        await Queue.Control.CancelAsync(id, "stop it");
        Time.Advance(TimeSpan.FromSeconds(2));

        Assert.True(await Queue.FailAsync(task.Lease, new TaskFailure("stopped")));

        var attempt = Assert.Single(await Queue.Inspector.GetAttemptsAsync(id));
        Assert.Equal((1, "w1", TaskOutcome.Killed), (attempt.Attempt, attempt.Worker, attempt.Outcome));
        Assert.Equal(Time.GetUtcNow(), attempt.EndedAt);
    }

    [Fact]
    public async Task Cancel_SuspendedTask_IsRequestedAndEndsKilledWhenItStops()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        await Queue.SuspendAsync(task.Lease);

        Assert.Equal(CancelResult.Requested, await Queue.Control.CancelAsync(id));
        Assert.Equal(HeartbeatResult.CancelRequested, await Queue.HeartbeatAsync(task.Lease));
        Assert.True(await Queue.ReleaseAsync(task.Lease));

        Assert.Equal(TaskOutcome.Killed, (await GetAsync(id)).Outcome);
        var group = await Queue.Groups.GetAsync("default");
        Assert.Equal((0, 0), (group?.Running, group?.Waiting));
    }

    [Fact]
    public async Task Cancel_RunningTaskThatFinishesItsWork_IsDone()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        await Queue.Control.CancelAsync(id, "stop it");

        Assert.True(await Queue.CompleteAsync(task.Lease, Utf8("result")));

        Assert.Equal((TaskState.Done, TaskOutcome.Succeeded), ((await GetAsync(id)).State, (await GetAsync(id)).Outcome));
        Assert.Equal(Utf8("result").ToArray(), (await Queue.Inspector.GetResultAsync(id))?.ToArray());
    }

    [Fact]
    public async Task Cancel_LastAttemptExpires_EndsKilledNotAbandoned()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 1 });
        await CheckoutAsync();
        await Queue.Control.CancelAsync(id);
        Time.Advance(TimeSpan.FromSeconds(301));

        Assert.Equal(1, await Queue.ReapExpiredAsync());

        Assert.Equal((TaskState.Cancelled, TaskOutcome.Killed), ((await GetAsync(id)).State, (await GetAsync(id)).Outcome));
    }

    [Fact]
    public async Task Cancel_Requested_SurvivesAReopen()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        await Queue.Control.CancelAsync(id, "stop it");
        await ReopenAsync();

        Assert.Equal(HeartbeatResult.CancelRequested, await Queue.HeartbeatAsync(task.Lease));
    }

    [Theory]
    [InlineData(TaskState.Done)]
    [InlineData(TaskState.Failed)]
    [InlineData(TaskState.Cancelled)]
    public async Task Cancel_FinishedTask_SaysSoAndChangesNothing(TaskState state)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        switch (state)
        {
            case TaskState.Done:
                await Queue.CompleteAsync(task.Lease);
                break;
            case TaskState.Failed:
                await Queue.FailAsync(task.Lease, new TaskFailure("boom") { Permanent = true });
                break;
            default:
                await Queue.ReleaseAsync(task.Lease);
                await Queue.Control.CancelAsync(id, "first reason");
                break;
        }

        var before = await Queue.SnapshotAsync(id);

        Assert.Equal(CancelResult.AlreadyFinished, await Queue.Control.CancelAsync(id, "second reason"));

        Assert.Equal(before, await Queue.SnapshotAsync(id));
    }

    [Fact]
    public async Task Cancel_UnknownTask_IsNotFound()
    {
        await Assert.ThrowsAsync<TaskNotFoundException>(async () => await Queue.Control.CancelAsync(new TaskId(4711)));
        await Assert.ThrowsAsync<TaskNotFoundException>(async () => await Queue.Control.CancelTreeAsync(new TaskId(4711)));
    }

    [Fact]
    public async Task Cancel_ThenRetry_RunsAsIfNeverCancelled()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        await Queue.Control.CancelAsync(id);
        await Queue.ReleaseAsync(task.Lease);
        await Queue.Control.RetryAsync(id);

        var again = await CheckoutAsync();

        Assert.False((await GetAsync(id)).CancelRequested);
        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(again.Lease));
        Assert.True(await Queue.ReleaseAsync(again.Lease));
        Assert.Equal(TaskState.Queued, (await GetAsync(id)).State);
    }

    private async Task StopAsync(Ending ending, Lease lease)
    {
        switch (ending)
        {
            case Ending.Fail:
                Assert.True(await Queue.FailAsync(lease, new TaskFailure("stopped")));
                break;
            case Ending.FailWithRetryAfter:
                Assert.True(await Queue.FailAsync(lease, new TaskFailure("stopped") { RetryAfter = TimeSpan.Zero }));
                break;
            case Ending.FailPermanently:
                Assert.True(await Queue.FailAsync(lease, new TaskFailure("stopped") { Permanent = true }));
                break;
            case Ending.TimeOut:
                Assert.True(await Queue.FailAsync(lease, new TaskFailure("stopped") { Outcome = TaskOutcome.TimedOut }));
                break;
            case Ending.Release:
                Assert.True(await Queue.ReleaseAsync(lease));
                break;
            case Ending.Snooze:
                Assert.True(await Queue.ReleaseAsync(lease, TimeSpan.FromMinutes(1)));
                break;
            case Ending.Suspend:
                Assert.False(await Queue.SuspendAsync(lease));
                break;
            case Ending.Reap:
                Time.Advance(TimeSpan.FromSeconds(301));
                Assert.Equal(1, await Queue.ReapExpiredAsync());
                break;
            case Ending.ReapAtCheckout:
                Time.Advance(TimeSpan.FromSeconds(301));
                Assert.NotEqual(lease.TaskId, (await Queue.CheckoutAsync(Worker()))?.Id);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(ending), ending, null);
        }
    }
}

/// <summary>The same, with what needs dependencies, approvals, budgets, schedules or take-overs.</summary>
public abstract class CancelConformance : CancelBasics
{
    [Theory]
    [InlineData("delayed")]
    [InlineData("stashed")]
    [InlineData("approval")]
    [InlineData("dependencies")]
    [InlineData("urgent")]
    [InlineData("backoff")]
    public async Task Cancel_HeldTask_EndsAtOnceAndNeverComesBack(string hold)
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent") { Stashed = true });
        var id = await Queue.EnqueueAsync(hold switch
        {
            "delayed" => new NewTask("a") { Delay = TimeSpan.FromMinutes(1) },
            "stashed" => new NewTask("a") { Stashed = true },
            "approval" => new NewTask("a") { RequiresApproval = true },
            "dependencies" => new NewTask("a") { After = [parent] },
            "urgent" => new NewTask("a") { RunNow = true },
            _ => new NewTask("a"),
        });
        if (hold == "backoff")
        {
            await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom"));
        }

        Assert.Equal(CancelResult.Cancelled, await Queue.Control.CancelAsync(id));

        Time.Advance(TimeSpan.FromHours(1));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Assert.Equal((TaskState.Cancelled, TaskOutcome.Cancelled), ((await GetAsync(id)).State, (await GetAsync(id)).Outcome));
        await Queue.AssertInvariantsAsync();
    }
}

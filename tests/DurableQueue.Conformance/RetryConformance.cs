using Xunit;

namespace DurableQueue.Conformance;

/// <summary>What a failed attempt leads to, and what a retry by hand does.</summary>
public abstract class RetryBasics : ConformanceTest
{
    [Fact]
    public async Task Fail_AttemptsLeft_QueuesAgainAfterTheBackoff()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Retry = RetryPolicy.Fixed(TimeSpan.FromSeconds(20)) });
        var task = await CheckoutAsync();

        Assert.True(await Queue.FailAsync(task.Lease, new TaskFailure("boom")));

        var info = await GetAsync(id);
        Assert.Equal((TaskState.Queued, TaskHolds.NotBefore, TaskOutcome.None), (info.State, info.Holds, info.Outcome));
        Assert.Equal(Time.GetUtcNow().AddSeconds(20), info.NotBefore);
        Assert.Equal("boom", info.LastError);
        Assert.Equal(1, info.Attempt);
        Assert.Null(info.FinishSequence);
        Assert.Equal(0, (await Queue.Groups.GetAsync("default"))?.Running);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(2, (await CheckoutAsync()).Attempt);
    }

    [Fact]
    public async Task Fail_AttemptsExhausted_FailsForGood()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 2, Retry = RetryPolicy.Immediate });
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("first"));
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("second")));

        var info = await GetAsync(id);
        Assert.Equal((TaskState.Failed, TaskOutcome.Failed, 2), (info.State, info.Outcome, info.Attempt));
        Assert.Equal("second", info.LastError);
        Assert.Equal(Time.GetUtcNow(), info.FinishedAt);
        Assert.NotNull(info.FinishSequence);
        Assert.Null(await Queue.Inspector.GetResultAsync(id));
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Fail_Permanent_FailsAtTheFirstAttempt()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 10 });

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("hopeless") { Permanent = true });

        var info = await GetAsync(id);
        Assert.Equal((TaskState.Failed, TaskOutcome.Failed, 1), (info.State, info.Outcome, info.Attempt));
    }

    [Fact]
    public async Task Fail_PermanentWithRetryAfter_FailsAllTheSame()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("no") { Permanent = true, RetryAfter = TimeSpan.FromSeconds(1) });

        Assert.Equal(TaskState.Failed, (await GetAsync(id)).State);
    }

    [Fact]
    public async Task Fail_RetryAfter_ComesBeforeThePolicy()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Retry = RetryPolicy.Fixed(TimeSpan.FromHours(1)) });

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("busy") { RetryAfter = TimeSpan.FromMilliseconds(1_234) });

        Assert.Equal(Time.GetUtcNow().AddMilliseconds(1_234), (await GetAsync(id)).NotBefore);
    }

    [Fact]
    public async Task Fail_RetryAfterZero_IsReadyAtOnce()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("busy") { RetryAfter = TimeSpan.Zero });

        Assert.Equal(TaskHolds.None, (await GetAsync(id)).Holds);
        Assert.Equal(2, (await CheckoutAsync()).Attempt);
    }

    [Fact]
    public async Task Fail_RetryAfterOnTheLastAttempt_FailsForGood()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 1 });

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("busy") { RetryAfter = TimeSpan.FromSeconds(1) });

        Assert.Equal(TaskState.Failed, (await GetAsync(id)).State);
    }

    [Fact]
    public async Task Fail_ImmediatePolicy_IsReadyAtOnce()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Retry = RetryPolicy.Immediate });

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom"));

        Assert.Equal(TaskHolds.None, (await GetAsync(id)).Holds);
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Fail_DefaultPolicy_GrowsWithinTheJitter()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 13 });
        for (var failures = 1; failures <= 12; failures++)
        {
            var expected = Math.Min(Math.Pow(2, failures - 1), 600);
            var delay = await FailAndMeasureAsync(id);
            Assert.InRange(delay.TotalSeconds, (expected * 0.8) - 0.002, (expected * 1.2) + 0.002);
            Time.Advance(delay);
        }
    }

    [Fact]
    public async Task Fail_NoJitter_GrowsByTheFactorUpToTheLongestWait()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a")
        {
            MaxAttempts = 6,
            Retry = RetryPolicy.Exponential(TimeSpan.FromSeconds(2), 3, TimeSpan.FromSeconds(50), jitter: 0),
        });
        var delays = new List<TimeSpan>();
        for (var failures = 1; failures <= 5; failures++)
        {
            delays.Add(await FailAndMeasureAsync(id));
            Time.Advance(delays[^1]);
        }

        Assert.Equal([2, 6, 18, 50, 50], delays.Select(delay => delay.TotalSeconds));
    }

    [Fact]
    public async Task Fail_SteepestPolicy_IsCappedWithoutOverflow()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a")
        {
            MaxAttempts = 300,
            Retry = RetryPolicy.Exponential(TimeSpan.FromDays(1), 100, TimeSpan.FromDays(2), jitter: 0),
        });
        for (var failures = 1; failures <= 200; failures++)
        {
            var delay = await FailAndMeasureAsync(id);
            Assert.Equal(TimeSpan.FromDays(failures == 1 ? 1 : 2), delay);
            Time.Advance(delay);
        }
    }

    [Fact]
    public async Task Fail_ManyTasks_SpreadTheirBackoff()
    {
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a") { Retry = RetryPolicy.Exponential(TimeSpan.FromMinutes(5)) }, 60)]);
        var delays = new List<double>();
        foreach (var task in await Queue.CheckoutAsync(Worker(), 60))
        {
            await Queue.FailAsync(task.Lease, new TaskFailure("boom"));
            delays.Add((Assert.NotNull((await GetAsync(task.Id)).NotBefore) - Time.GetUtcNow()).TotalSeconds);
        }

        Assert.All(delays, delay => Assert.InRange(delay, 239.99, 360.01));
        Assert.True(delays.Distinct().Count() > 30, "The spread repeats itself.");
        Assert.True(delays.Max() - delays.Min() > 40, "The spread is narrower than the jitter.");
    }

    [Fact]
    public async Task Fail_TimedOutWithAttemptsLeft_IsTriedAgainAndRecorded()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("too slow") { Outcome = TaskOutcome.TimedOut });

        Assert.Equal((TaskState.Queued, TaskOutcome.None), ((await GetAsync(id)).State, (await GetAsync(id)).Outcome));
        Assert.Equal(TaskOutcome.TimedOut, Assert.Single(await Queue.Inspector.GetAttemptsAsync(id)).Outcome);
    }

    [Fact]
    public async Task Fail_TimedOutOnTheLastAttempt_EndsTimedOut()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 1 });

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("too slow") { Outcome = TaskOutcome.TimedOut });

        Assert.Equal((TaskState.Failed, TaskOutcome.TimedOut), ((await GetAsync(id)).State, (await GetAsync(id)).Outcome));
    }

    [Theory]
    [InlineData(TaskOutcome.None)]
    [InlineData(TaskOutcome.Succeeded)]
    [InlineData(TaskOutcome.Abandoned)]
    [InlineData(TaskOutcome.DependencyFailed)]
    [InlineData(TaskOutcome.Killed)]
    [InlineData((TaskOutcome)99)]
    public async Task Fail_OutcomeThatIsNoFailure_IsRefused(TaskOutcome outcome)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var task = await CheckoutAsync();
        var before = await Queue.SnapshotAsync(id);

        var error = await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await Queue.FailAsync(task.Lease, new TaskFailure("boom") { Outcome = outcome }));

        Assert.Contains("Outcome", error.Message + error.ParamName, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, await Queue.SnapshotAsync(id));
    }

    [Fact]
    public async Task Fail_LongError_IsCut()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var error = string.Concat(Enumerable.Range(0, 20_000).Select(line => $"line {line}\n"));

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure(error));

        var kept = Assert.Single(await Queue.Inspector.GetAttemptsAsync(id)).Error;
        Assert.InRange(kept.Length, 60_000, 65_536);
        Assert.StartsWith(kept[..50_000], error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fail_SeveralAttempts_EachIsInTheHistoryOldestFirst()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 3, Retry = RetryPolicy.Immediate });
        var start = Time.GetUtcNow();

        await FailAfterAsync("w1", TimeSpan.FromSeconds(5), new TaskFailure("first"));
        await FailAfterAsync("w2", TimeSpan.FromSeconds(7), new TaskFailure("second") { Outcome = TaskOutcome.TimedOut });
        await FailAfterAsync("w1", TimeSpan.FromSeconds(1), new TaskFailure("third"));

        Assert.Equal(
            [
                new TaskAttempt(1, "w1", start, start.AddSeconds(5), TaskOutcome.Failed, "first"),
                new TaskAttempt(2, "w2", start.AddSeconds(5), start.AddSeconds(12), TaskOutcome.TimedOut, "second"),
                new TaskAttempt(3, "w1", start.AddSeconds(12), start.AddSeconds(13), TaskOutcome.Failed, "third"),
            ],
            await Queue.Inspector.GetAttemptsAsync(id));
    }

    [Fact]
    public async Task Fail_ThenComplete_KeepsTheHistory()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Retry = RetryPolicy.Immediate });
        await FailAfterAsync("w1", TimeSpan.FromSeconds(1), new TaskFailure("first"));
        await Queue.CompleteAsync((await CheckoutAsync()).Lease);

        Assert.Equal("first", Assert.Single(await Queue.Inspector.GetAttemptsAsync(id)).Error);
        Assert.Equal((TaskState.Done, 2), ((await GetAsync(id)).State, (await GetAsync(id)).Attempt));
    }

    [Fact]
    public async Task Fail_WaitingForItsBackoff_TakesNoSlot()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        var ids = await Queue.EnqueueAsync([new NewTask("a") { Group = "one" }, new NewTask("a") { Group = "one" }]);
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom") { RetryAfter = TimeSpan.FromHours(1) });

        Assert.Equal(ids[1], (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Release_LeaseHeld_QueuesAtOnceUncharged()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 1 });
        for (var round = 0; round < 5; round++)
        {
            var task = await CheckoutAsync();
            Assert.Equal(1, task.Attempt);
            Assert.True(await Queue.ReleaseAsync(task.Lease));
        }

        var info = await GetAsync(id);
        Assert.Equal((TaskState.Queued, TaskHolds.None, 0), (info.State, info.Holds, info.Attempt));
        Assert.Null(info.LastError);
        Assert.Empty(await Queue.Inspector.GetAttemptsAsync(id));
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Release_AfterAFailure_ChargesOnlyTheFailure()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Retry = RetryPolicy.Immediate });
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom"));
        await Queue.ReleaseAsync((await CheckoutAsync()).Lease);

        Assert.Equal(1, (await GetAsync(id)).Attempt);
        Assert.Equal(2, (await CheckoutAsync()).Attempt);
    }

    [Fact]
    public async Task Release_Delay_HoldsTheTaskUncharged()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 1 });
        Assert.True(await Queue.ReleaseAsync((await CheckoutAsync()).Lease, TimeSpan.FromMinutes(2)));

        var info = await GetAsync(id);
        Assert.Equal((TaskState.Queued, TaskHolds.NotBefore, 0), (info.State, info.Holds, info.Attempt));
        Assert.Equal(Time.GetUtcNow().AddMinutes(2), info.NotBefore);
        Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, (await CheckoutAsync()).Attempt);
    }

    [Fact]
    public async Task Release_Snoozed_DoesNotInflateTheBackoff()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Retry = RetryPolicy.Exponential(TimeSpan.FromSeconds(1), jitter: 0) });
        for (var round = 0; round < 6; round++)
        {
            await Queue.ReleaseAsync((await CheckoutAsync()).Lease, TimeSpan.FromMinutes(1));
            Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(TimeSpan.FromSeconds(1), await FailAndMeasureAsync(id));
    }

    [Fact]
    public async Task Release_KeepsItsPlace()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a"), new NewTask("a")]);
        await Queue.ReleaseAsync((await CheckoutAsync()).Lease);

        Assert.Equal(ids, (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Theory]
    [InlineData(TaskState.Done)]
    [InlineData(TaskState.Failed)]
    [InlineData(TaskState.Cancelled)]
    public async Task Retry_FinishedTask_QueuesTheSameTaskWithFreshAttempts(TaskState state)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a", Utf8("payload")) { MaxAttempts = 2, Retry = RetryPolicy.Immediate });
        var last = await FinishAsync(id, state);

        await Queue.Control.RetryAsync(id);

        var info = await GetAsync(id);
        Assert.Equal((TaskState.Queued, TaskHolds.None, TaskOutcome.None, 0), (info.State, info.Holds, info.Outcome, info.Attempt));
        Assert.Null(info.FinishedAt);
        Assert.Null(info.FinishSequence);
        Assert.False(info.CancelRequested);
        Assert.Null(await Queue.Inspector.GetResultAsync(id));
        var again = await CheckoutAsync();
        Assert.Equal((id, 1, 2), (again.Id, again.Attempt, again.MaxAttempts));
        Assert.Equal(Utf8("payload").ToArray(), again.Payload.ToArray());
        Assert.True(again.Lease.Token > last.Token);
        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(again.Lease));
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Retry_FailedTask_HasAllItsAttemptsAgain()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 2, Retry = RetryPolicy.Immediate });
        await FinishAsync(id, TaskState.Failed);
        await Queue.Control.RetryAsync(id);

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("again"));
        Assert.Equal(TaskState.Queued, (await GetAsync(id)).State);
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("and again"));
        Assert.Equal(TaskState.Failed, (await GetAsync(id)).State);

        Assert.Equal([1, 1, 2], (await Queue.Inspector.GetAttemptsAsync(id)).Select(attempt => attempt.Attempt));
    }

    [Fact]
    public async Task Retry_FinishedAgain_HasAHigherFinishSequence()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        await FinishAsync(id, TaskState.Done);
        var first = Assert.NotNull((await GetAsync(id)).FinishSequence);
        await Queue.Control.RetryAsync(id);
        await FinishAsync(id, TaskState.Done);

        Assert.True((await GetAsync(id)).FinishSequence > first);
    }

    [Fact]
    public async Task Retry_FinishedTask_KeepsItsPlace()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a"), new NewTask("a"), new NewTask("a")]);
        await FinishAsync(ids[0], TaskState.Failed);

        await Queue.Control.RetryAsync(ids[0]);

        Assert.Equal(ids, (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Retry_UnknownTask_IsNotFound()
    {
        await Assert.ThrowsAsync<TaskNotFoundException>(async () => await Queue.Control.RetryAsync(new TaskId(4711)));
    }

    private async Task<TimeSpan> FailAndMeasureAsync(TaskId id)
    {
        var task = await CheckoutAsync();
        Assert.Equal(id, task.Id);
        Assert.True(await Queue.FailAsync(task.Lease, new TaskFailure("boom")));
        return Assert.NotNull((await GetAsync(id)).NotBefore) - Time.GetUtcNow();
    }

    private async Task FailAfterAsync(string worker, TimeSpan duration, TaskFailure failure)
    {
        var task = await CheckoutAsync(worker);
        Time.Advance(duration);
        Assert.True(await Queue.FailAsync(task.Lease, failure));
    }

    private protected async Task<Lease> FinishAsync(TaskId id, TaskState state)
    {
        var task = await CheckoutAsync();
        Assert.Equal(id, task.Id);
        switch (state)
        {
            case TaskState.Done:
                Assert.True(await Queue.CompleteAsync(task.Lease, Utf8("result")));
                break;
            case TaskState.Failed:
                Assert.True(await Queue.FailAsync(task.Lease, new TaskFailure("boom") { Permanent = true }));
                break;
            default:
                Assert.Equal(CancelResult.Requested, await Queue.Control.CancelAsync(id));
                Assert.True(await Queue.ReleaseAsync(task.Lease));
                break;
        }

        Assert.Equal(state, (await GetAsync(id)).State);
        return task.Lease;
    }
}

/// <summary>The same, with what needs dependencies, approvals, budgets, schedules or take-overs.</summary>
public abstract class RetryConformance : RetryBasics
{
    [Fact]
    public async Task RetryStashed_FinishedTask_IsPutAsideAndItsDependentsWait()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 1 });
        var child = await Queue.EnqueueAsync(new NewTask("b") { After = [id] });
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom"));

        await Queue.Control.RetryStashedAsync(id, withDependents: true);

        Assert.Equal((TaskState.Queued, TaskHolds.Stashed), ((await GetAsync(id)).State, (await GetAsync(id)).Holds));
        Assert.Equal((TaskState.Queued, TaskHolds.Dependencies), ((await GetAsync(child)).State, (await GetAsync(child)).Holds));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        await Queue.Control.UnstashAsync(id);
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Retry_RejectedTask_WaitsForApprovalAgain()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { RequiresApproval = true });
        await Queue.Control.RejectAsync(id, "ann", "not today");

        await Queue.Control.RetryAsync(id);

        Assert.Equal((TaskState.Queued, TaskHolds.Approval), ((await GetAsync(id)).State, (await GetAsync(id)).Holds));
        await Queue.Control.ApproveAsync(id, "ann");
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Retry_ApprovedTask_StaysApproved()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { RequiresApproval = true });
        await Queue.Control.ApproveAsync(id, "ann");
        await FinishAsync(id, TaskState.Failed);

        await Queue.Control.RetryAsync(id);

        Assert.Equal(TaskHolds.None, (await GetAsync(id)).Holds);
    }
}

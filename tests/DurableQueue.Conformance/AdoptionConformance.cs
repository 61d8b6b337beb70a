using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Attempts whose work outlives their worker, their slots, and what failed attempts leave as a result.</summary>
public abstract class AdoptionConformance : ConformanceTest
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Reap_AdoptedAttemptExpired_LeavesIt()
    {
        var id = await Queue.EnqueueAsync(new NewTask("command") { MaxAttempts = 1 });
        var task = await TakeAsync();

        Time.Advance(LeaseTime * 2);

        Assert.Equal(0, await Queue.ReapExpiredAsync());
        Assert.Null(await Queue.CheckoutAsync(Worker("other")));
        Assert.Equal(TaskState.CheckedOut, (await GetAsync(id)).State);
        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(task.Lease));
    }

    [Fact]
    public async Task TakeOver_AdoptedAttemptExpired_GoesOnWithTheSameAttempt()
    {
        var id = await Queue.EnqueueAsync(new NewTask("command", Utf8("payload")) { Timeout = TimeSpan.FromHours(1) });
        var first = await TakeAsync();
        Assert.Empty(await Queue.TakeOverAsync(Adopter("second"), 10));

        Time.Advance(LeaseTime);
        var second = Assert.Single(await Queue.TakeOverAsync(Adopter("second"), 10));

        Assert.Equal((id, 1, true, first.AttemptToken, first.StartedAt, first.Slot), (second.Id, second.Attempt, second.TakenOver, second.AttemptToken, second.StartedAt, second.Slot));
        Assert.Equal(Utf8("payload").ToArray(), second.Payload.ToArray());
        Assert.True(second.Lease.Token > first.Lease.Token);
        Assert.False(await Queue.CompleteAsync(first.Lease));
        Assert.Equal("second", (await GetAsync(id)).Worker);
        Assert.True(await Queue.CompleteAsync(second.Lease));
    }

    [Fact]
    public async Task TakeOver_OtherTypesAndGroups_LeavesThem()
    {
        await Queue.EnqueueAsync(new NewTask("command") { Group = "a" });
        await Queue.EnqueueAsync(new NewTask("command") { Group = "b" });
        await Queue.EnqueueAsync(new NewTask("plain") { Group = "a" });
        Assert.Equal(3, (await Queue.CheckoutAsync(Adopter(), 10)).Count);
        Time.Advance(LeaseTime);

        Assert.Empty(await Queue.TakeOverAsync(Adopter("second") with { AdoptedTypes = ["unknown"] }, 10));
        Assert.Empty(await Queue.TakeOverAsync(Adopter("second") with { AdoptedTypes = null }, 10));
        var taken = await Queue.TakeOverAsync(Adopter("second") with { Groups = ["a"] }, 10);

        Assert.Equal(["a"], taken.Select(task => task.Group));
        Assert.Equal(["command"], taken.Select(task => task.Type));
    }

    [Fact]
    public async Task TakeOver_WaitingAttempt_HasItsSlotAgain()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        await Queue.EnqueueAsync([new NewTask("command") { Group = "one" }, new NewTask("command") { Group = "one" }]);
        var first = Assert.Single(await Queue.CheckoutAsync(Adopter(), 10));
        Assert.True(await Queue.SuspendAsync(first.Lease));
        Assert.Single(await Queue.CheckoutAsync(Adopter("other"), 10));

        Time.Advance(LeaseTime);
        var second = Assert.Single(await Queue.TakeOverAsync(Adopter("second"), 1));

        Assert.Equal(first.Id, second.Id);
        Assert.False((await GetAsync(first.Id)).Waiting);
        Assert.Equal((2, 0), await Queue.Groups.GetAsync("one") is { } group ? (group.Running, group.Waiting) : default);
    }

    [Fact]
    public async Task Suspend_AdoptedAttemptToBeCancelled_IsRefusedAndStaysCheckedOut()
    {
        var id = await Queue.EnqueueAsync(new NewTask("command"));
        var task = Assert.Single(await Queue.CheckoutAsync(Adopter(), 1));
        await Queue.Control.CancelAsync(id);

        Assert.False(await Queue.SuspendAsync(task.Lease));

        Assert.Equal((TaskState.CheckedOut, false), await GetAsync(id) is var info ? (info.State, info.Waiting) : default);
        Assert.True(await Queue.FailAsync(task.Lease, new TaskFailure("stopped")));
        Assert.Equal(TaskOutcome.Killed, (await GetAsync(id)).Outcome);
    }

    [Fact]
    public async Task TakeOver_ManyLeft_GivesTheLowestIdsUpToTheLimit()
    {
        var ids = await Queue.EnqueueAsync([.. Enumerable.Range(0, 5).Select(_ => new NewTask("command"))]);
        await Queue.CheckoutAsync(Adopter(), 5);
        Time.Advance(LeaseTime);

        Assert.Equal(ids.Take(3), (await Queue.TakeOverAsync(Adopter("second"), 3)).Select(task => task.Id));
        Assert.Equal(ids.Skip(3), (await Queue.TakeOverAsync(Adopter("second"), 3)).Select(task => task.Id));
    }

    [Fact]
    public async Task TakeOver_QueueOfTheWorkerClosed_GivesTheAttemptAtOnce()
    {
        var id = await Queue.EnqueueAsync(new NewTask("command"));
        await TakeAsync();

        await ReopenAsync();

        Assert.Equal([id], (await Queue.TakeOverAsync(Adopter("second"), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task TakeOver_TakenOverByAWorkerThatLives_IsNotTakenFromIt()
    {
        var id = await Queue.EnqueueAsync(new NewTask("command"));
        await TakeAsync();
        await ReopenAsync();
        var second = Assert.Single(await Queue.TakeOverAsync(Adopter("second"), 10));

        Assert.Empty(await Queue.TakeOverAsync(Adopter("third"), 10));
        await using (var other = await Fixture.OpenAsync())
        {
            Assert.Empty(await other.TakeOverAsync(Adopter("third"), 10));
        }

        Assert.Equal("second", (await GetAsync(id)).Worker);
        Assert.True(await Queue.CompleteAsync(second.Lease));
    }

    [Fact]
    public async Task TakeOver_WallClockJumped_LivingWorkerRenewsFirst()
    {
        await Queue.EnqueueAsync(new NewTask("command"));
        var task = await TakeAsync();
        Time.JumpWallClock(TimeSpan.FromHours(1));

        Assert.Empty(await Queue.TakeOverAsync(Adopter("second"), 10));
        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(task.Lease));
        Time.Advance(LeaseTime / 2);

        Assert.Empty(await Queue.TakeOverAsync(Adopter("second"), 10));
        Assert.True(await Queue.CompleteAsync(task.Lease));
    }

    [Fact]
    public async Task TakeOver_OtherGroupWithoutAWorker_IsTakenOnlyToBeStopped()
    {
        var ids = await Queue.EnqueueAsync(
        [
            new NewTask("command") { Group = "a" },
            new NewTask("command") { Group = "a" },
            new NewTask("command") { Group = "a", Timeout = TimeSpan.FromSeconds(30) },
        ]);
        Assert.Equal(3, (await Queue.CheckoutAsync(Adopter() with { Groups = ["a"] }, 3)).Count);
        var other = Adopter("other") with { Groups = ["b"] };
        await Queue.Control.CancelAsync(ids[0]);
        Assert.Empty(await Queue.TakeOverAsync(other, 10));

        await ReopenAsync();
        Assert.Equal([ids[0]], (await Queue.TakeOverAsync(other, 10)).Select(task => task.Id));
        Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal([ids[2]], (await Queue.TakeOverAsync(other, 10)).Select(task => task.Id));
        Assert.Contains(ids[1], (await Queue.TakeOverAsync(Adopter("second") with { Groups = ["a"] }, 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task TakeOver_OtherGroupWithAWorkerOfItsOwn_IsLeftToIt()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("command") { Group = "a" }, new NewTask("command") { Group = "a" }]);
        await Queue.CheckoutAsync(Adopter() with { Groups = ["a"] });
        await ReopenAsync();
        await Queue.Control.CancelAsync(ids[0]);
        Assert.Equal(ids[1], (await Queue.CheckoutAsync(Adopter("second") with { Groups = ["a"] }))?.Id);

        Assert.Empty(await Queue.TakeOverAsync(Adopter("other") with { Groups = ["b"] }, 10));
    }

    [Fact]
    public async Task TakeOver_AdoptedTaskOfAClosedQueue_IsGivenByItsIdToo()
    {
        var id = await Queue.EnqueueAsync(new NewTask("command"));
        await TakeAsync();
        Assert.Null(await Queue.TakeOverAsync(id, "heir"));
        await ReopenAsync();

        var taken = await Queue.TakeOverAsync(id, "heir");

        Assert.Equal((id, 1), (taken!.Id, taken.Attempt));
        var heir = Assert.Single(await Queue.Inspector.GetWorkersAsync());
        Assert.Equal(("heir", false), (heir.Name, heir.Serves("command", "default")));
    }

    [Fact]
    public async Task Checkout_AdoptedType_GivesTheLowestFreeSlotOfTheGroup()
    {
        await Queue.EnqueueAsync([.. Enumerable.Range(0, 6).Select(_ => new NewTask("command"))]);
        await Queue.EnqueueAsync(new NewTask("command") { Group = "other" });
        var tasks = await Queue.CheckoutAsync(Adopter() with { Groups = ["default"] }, 4);
        Assert.Equal([0, 1, 2, 3], tasks.Select(task => task.Slot!.Value));
        Assert.Equal(0, (await Queue.CheckoutAsync(Adopter("w2") with { Groups = ["other"] }))?.Slot);

        await Queue.CompleteAsync(tasks[1].Lease);
        await Queue.FailAsync(tasks[3].Lease, new TaskFailure("no") { Permanent = true });
        await using var second = await Fixture.OpenAsync();

        Assert.Equal(1, (await second.CheckoutAsync(Adopter("w3")))?.Slot);
        Assert.Equal(3, (await Queue.CheckoutAsync(Adopter()))?.Slot);
    }

    [Fact]
    public async Task Checkout_OtherType_HasNoSlot()
    {
        await Queue.EnqueueAsync(new NewTask("plain"));

        Assert.Null((await Queue.CheckoutAsync(Adopter()))?.Slot);
    }

    [Fact]
    public async Task AttemptToken_RetriedInPlace_IsNeverUsedAgain()
    {
        var id = await Queue.EnqueueAsync(new NewTask("command"));
        var first = await TakeAsync();
        await Queue.CompleteAsync(first.Lease);
        await Queue.Control.RetryAsync(id);

        var second = await TakeAsync();

        Assert.Equal(first.Attempt, second.Attempt);
        Assert.True(second.AttemptToken > first.AttemptToken);
    }

    [Fact]
    public async Task Fail_WithResult_KeepsItForAFailedTask()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var task = await CheckoutAsync();

        await Queue.FailAsync(task.Lease, new TaskFailure("no") { Permanent = true, Result = Utf8("exit 3") });

        await ReopenAsync();
        Assert.Equal(TaskState.Failed, (await GetAsync(id)).State);
        Assert.Equal(Utf8("exit 3").ToArray(), await ResultAsync(id));
    }

    [Fact]
    public async Task Fail_WithResultAndRetry_KeepsItUntilTheNextAttemptEnds()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work") { Retry = RetryPolicy.Immediate, MaxAttempts = 9 });
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("no") { Result = Utf8("first") });
        Assert.Equal(Utf8("first").ToArray(), await ResultAsync(id));

        var second = await CheckoutAsync();
        Assert.Equal(Utf8("first").ToArray(), await ResultAsync(id));
        await Queue.FailAsync(second.Lease, new TaskFailure("no") { Result = Utf8("second") });
        Assert.Equal(Utf8("second").ToArray(), await ResultAsync(id));

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("no"));
        Assert.Null(await ResultAsync(id));

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("no") { Result = Utf8("fourth") });
        await Queue.CompleteAsync((await CheckoutAsync()).Lease, Utf8("done"));
        Assert.Equal(Utf8("done").ToArray(), await ResultAsync(id));
    }

    [Fact]
    public async Task Fail_WithResultThenCompleteWithout_HasAnEmptyResult()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work") { Retry = RetryPolicy.Immediate });
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("no") { Result = Utf8("first") });

        await Queue.CompleteAsync((await CheckoutAsync()).Lease);

        Assert.Empty((await ResultAsync(id))!);
    }

    [Fact]
    public async Task Fail_WithResultThenReaped_HasNone()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work") { Retry = RetryPolicy.Immediate });
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("no") { Result = Utf8("first") });
        await CheckoutAsync();

        Time.Advance(CheckoutRequest.DefaultLeaseDuration);
        await Queue.ReapExpiredAsync();

        Assert.Null(await ResultAsync(id));
    }

    [Fact]
    public async Task Retry_FailedWithResult_DropsIt()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("no") { Permanent = true, Result = Utf8("exit 3") });

        await Queue.Control.RetryAsync(id);

        Assert.Null(await ResultAsync(id));
    }

    [Fact]
    public async Task Remove_FailedWithResult_LeavesNothing()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("no") { Permanent = true, Result = Utf8("exit 3") });

        await Queue.Control.RemoveAsync([id]);

        Assert.Null(await Queue.Inspector.GetAsync(id));
    }

    [Fact]
    public async Task Fail_ResultTooLong_IsRefused()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var task = await CheckoutAsync();

        await Assert.ThrowsAsync<ArgumentException>(
            async () => await Queue.FailAsync(task.Lease, new TaskFailure("no") { Result = new byte[(16 * 1024 * 1024) + 1] }));

        Assert.Equal(TaskState.CheckedOut, (await GetAsync(id)).State);
    }

    private static CheckoutRequest Adopter(string worker = "w1") => new() { Worker = worker, AdoptedTypes = ["command"], LeaseDuration = LeaseTime };

    private async Task<LeasedTask> TakeAsync()
    {
        var task = await Queue.CheckoutAsync(Adopter());
        Assert.NotNull(task);
        return task;
    }

    private async Task<byte[]?> ResultAsync(TaskId id) => (await Queue.Inspector.GetResultAsync(id))?.ToArray();
}

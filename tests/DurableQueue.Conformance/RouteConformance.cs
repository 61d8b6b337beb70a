using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Tasks without a type: given one under the lease, in one step, before their first run.</summary>
public abstract class RouteConformance : ConformanceTest
{
    [Fact]
    public async Task Route_GivesTheTypeAndQueuesTheTaskUncharged()
    {
        var id = await Queue.EnqueueAsync(NewTask.Auto(Utf8("build it")) with { Group = "night", Label = "x" });
        Assert.Equal(NewTask.AutoType, (await GetAsync(id)).Type);
        var auto = await Queue.TakeAsync(id);
        Time.Advance(TimeSpan.FromSeconds(2));

        Assert.True(await Queue.RouteAsync(auto.Lease, new RouteDecision("build", "says build")));

        var info = await GetAsync(id);
        Assert.Equal(("build", "night", TaskState.Queued, 0), (info.Type, info.Group, info.State, info.Attempt));
        Assert.Equal(new TaskRoute("build", "says build", false, "w1", Time.GetUtcNow()), info.Route);
        Assert.Empty(await Queue.Inspector.GetAttemptsAsync(id));
        var task = await Queue.TakeAsync(id);
        Assert.Equal(("build", 1), (task.Type, task.Attempt));
        Assert.True(task.Lease.Token > auto.Lease.Token);
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Route_Stored_SurvivesAReopenAndARetry()
    {
        var id = await RoutedAsync(new RouteDecision("build", "says build"));
        await Queue.FailForGoodAsync(id);
        await ReopenAsync();

        await Queue.Control.RetryAsync(id);

        Assert.Equal(("build", "says build"), ((await GetAsync(id)).Type, (await GetAsync(id)).Route?.Reason));
    }

    [Fact]
    public async Task Route_Fallback_IsMarked()
    {
        var id = await Queue.EnqueueAsync(NewTask.Auto());

        await Queue.RouteAsync((await CheckoutAsync()).Lease, new RouteDecision("any"), isFallback: true);

        Assert.Equal((true, null), ((await GetAsync(id)).Route?.IsFallback, (await GetAsync(id)).Route?.Reason));
    }

    [Fact]
    public async Task Route_StaleLease_ChangesNothing()
    {
        var id = await Queue.EnqueueAsync(NewTask.Auto());
        var stale = await CheckoutAsync();
        await Queue.ReleaseAsync(stale.Lease);
        await CheckoutAsync();

        Assert.False(await Queue.RouteAsync(stale.Lease, new RouteDecision("build")));

        Assert.Equal((NewTask.AutoType, TaskState.CheckedOut), ((await GetAsync(id)).Type, (await GetAsync(id)).State));
        Assert.Null((await GetAsync(id)).Route);
    }

    [Fact]
    public async Task Route_Twice_TheSecondIsTooLate()
    {
        var id = await Queue.EnqueueAsync(NewTask.Auto());
        var auto = await CheckoutAsync();
        Assert.True(await Queue.RouteAsync(auto.Lease, new RouteDecision("build")));

        Assert.False(await Queue.RouteAsync(auto.Lease, new RouteDecision("test")));

        Assert.Equal("build", (await GetAsync(id)).Type);
    }

    [Fact]
    public async Task Route_ExplicitType_Wins()
    {
        await Queue.EnqueueAsync(new NewTask("deploy"));
        var task = await CheckoutAsync();

        var error = await Assert.ThrowsAsync<TaskStateException>(() => Queue.RouteAsync(task.Lease, new RouteDecision("build")).AsTask());

        Assert.Contains("'deploy'", error.Message, StringComparison.Ordinal);
        Assert.True(await Queue.CompleteAsync(task.Lease));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("")]
    [InlineData("two words")]
    public async Task Route_ToNoType_IsRefused(string type)
    {
        await Queue.EnqueueAsync(NewTask.Auto());
        var task = await CheckoutAsync();

        await Assert.ThrowsAnyAsync<ArgumentException>(() => Queue.RouteAsync(task.Lease, new RouteDecision(type)).AsTask());

        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(task.Lease));
    }

    [Fact]
    public async Task Route_CancelRequested_EndsKilled()
    {
        var id = await Queue.EnqueueAsync(NewTask.Auto());
        var auto = await CheckoutAsync();
        await Queue.Control.CancelAsync(id);

        Assert.True(await Queue.RouteAsync(auto.Lease, new RouteDecision("build")));

        Assert.Equal((TaskOutcome.Killed, NewTask.AutoType), ((await GetAsync(id)).Outcome, (await GetAsync(id)).Type));
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Route_FailedTry_IsAFailedAttempt()
    {
        var id = await Queue.EnqueueAsync(NewTask.Auto() with { MaxAttempts = 2, Retry = RetryPolicy.Immediate });

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("no idea"));
        Assert.Equal(TaskState.Queued, (await GetAsync(id)).State);
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("no idea"));

        Assert.Equal((TaskOutcome.Failed, "no idea"), ((await GetAsync(id)).Outcome, (await GetAsync(id)).LastError));
    }

    [Fact]
    public async Task Route_KeepsPlaceSettingsAndDependents()
    {
        var early = await Queue.EnqueueAsync(NewTask.Auto(Utf8("p")) with { Timeout = TimeSpan.FromMinutes(3), Metadata = new Dictionary<string, string> { ["k"] = "v" } });
        var late = await Queue.EnqueueAsync(new NewTask("build"));
        var dependent = await Queue.EnqueueAsync(new NewTask("after") { After = [early] });
        var auto = await Queue.CheckoutAsync(Worker() with { Types = [NewTask.AutoType] });

        await Queue.RouteAsync(auto!.Lease, new RouteDecision("build"));

        var task = await Queue.CheckoutAsync(Worker() with { Types = ["build"] });
        Assert.Equal((early, TimeSpan.FromMinutes(3), "v"), (task!.Id, task.Timeout, task.Metadata["k"]));
        Assert.Equal(Utf8("p").ToArray(), task.Payload.ToArray());
        await Queue.CompleteAsync(task.Lease);
        Assert.Equal(late, (await CheckoutAsync()).Id);
        Assert.Equal(TaskHolds.None, (await GetAsync(dependent)).Holds);
    }

    [Fact]
    public async Task Route_RunNow_IsStillUrgentAfterwards()
    {
        await Queue.Groups.EnsureAsync("lane", 1);
        await Queue.Groups.PauseAsync("lane");
        var id = await Queue.EnqueueAsync(NewTask.Auto() with { Group = "lane", RunNow = true });

        await Queue.RouteAsync((await CheckoutAsync()).Lease, new RouteDecision("build"));

        Assert.True((await GetAsync(id)).Urgent);
        Assert.Equal(id, (await CheckoutAsync()).Id);
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Route_ToATypeBehindAGate_AsksFirst()
    {
        await Queue.Approvals.SetGateAsync(new ApprovalGate("deploys") { Type = "deploy" });
        var id = await Queue.EnqueueAsync(NewTask.Auto());
        Assert.Equal(TaskHolds.None, (await GetAsync(id)).Holds);

        await Queue.RouteAsync((await CheckoutAsync()).Lease, new RouteDecision("deploy"));

        Assert.Equal((TaskHolds.Approval, 0), ((await GetAsync(id)).Holds, (await GetAsync(id)).Attempt));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        await Queue.Control.ApproveAsync(id, "ann");
        Assert.Equal((id, "deploy"), ((await CheckoutAsync("w2")).Id, (await GetAsync(id)).Type));
    }

    [Fact]
    public async Task Route_ApprovedBeforeTheChoice_StaysApproved()
    {
        await Queue.Approvals.SetGateAsync(new ApprovalGate("production") { Group = "production" });
        var id = await Queue.EnqueueAsync(NewTask.Auto() with { Group = "production" });
        await Queue.Control.ApproveAsync(id, "ann");

        await Queue.RouteAsync((await CheckoutAsync()).Lease, new RouteDecision("deploy"));

        Assert.Equal(id, (await CheckoutAsync()).Id);
        Assert.Empty(await Queue.Approvals.ListPendingAsync());
    }

    [Fact]
    public async Task Route_TheLeaseOfTheChoiceExpires_AsksAgain()
    {
        var id = await Queue.EnqueueAsync(NewTask.Auto());
        await CheckoutAsync();
        Time.Advance(TimeSpan.FromSeconds(301));

        var again = await CheckoutAsync("w2");

        Assert.Equal((id, NewTask.AutoType, 2), (again.Id, again.Type, again.Attempt));
        Assert.True(await Queue.RouteAsync(again.Lease, new RouteDecision("build")));
        Assert.Equal(1, (await GetAsync(id)).Attempt);
    }

    [Fact]
    public async Task Remove_Routed_LeavesNothing()
    {
        var id = await RoutedAsync(new RouteDecision("build"));

        await Queue.Control.RemoveAsync([id]);

        Assert.Null(await Queue.Inspector.GetAsync(id));
    }

    private async Task<TaskId> RoutedAsync(RouteDecision choice)
    {
        var id = await Queue.EnqueueAsync(NewTask.Auto());
        Assert.True(await Queue.RouteAsync((await Queue.TakeAsync(id)).Lease, choice));
        return id;
    }
}

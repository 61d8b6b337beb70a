using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Gates: which tasks need an approval, whoever enqueues them.</summary>
public abstract class GateConformance : ConformanceTest
{
    private static readonly ApprovalGate Production = new("production") { Group = "production" };

    private ITaskApprovals Approvals => Queue.Approvals;

    public static TheoryData<string, bool> Matches => new()
    {
        { "group", true },
        { "other group", false },
        { "type", true },
        { "other type", false },
        { "type prefix", true },
        { "group prefix", true },
        { "prefix of another", false },
        { "metadata", true },
        { "metadata value", true },
        { "other metadata value", false },
        { "no metadata", false },
        { "all of it", true },
        { "all but one", false },
    };

    [Theory]
    [MemberData(nameof(Matches))]
    public async Task Enqueue_GateNamesMuchOrLittle_HoldsWhatMatchesAll(string gate, bool held)
    {
        await Approvals.SetGateAsync(gate switch
        {
            "group" => new ApprovalGate("g") { Group = "production" },
            "other group" => new ApprovalGate("g") { Group = "productio" },
            "type" => new ApprovalGate("g") { Type = "deploy.web" },
            "other type" => new ApprovalGate("g") { Type = "deploy" },
            "type prefix" => new ApprovalGate("g") { Type = "deploy.*" },
            "group prefix" => new ApprovalGate("g") { Group = "prod*" },
            "prefix of another" => new ApprovalGate("g") { Type = "deployment*" },
            "metadata" => new ApprovalGate("g") { MetadataKey = "customer" },
            "metadata value" => new ApprovalGate("g") { MetadataKey = "customer", MetadataValue = "acme" },
            "other metadata value" => new ApprovalGate("g") { MetadataKey = "customer", MetadataValue = "Acme" },
            "no metadata" => new ApprovalGate("g") { MetadataKey = "tenant" },
            "all of it" => new ApprovalGate("g") { Type = "deploy.*", Group = "production", MetadataKey = "customer", MetadataValue = "acme" },
            _ => new ApprovalGate("g") { Type = "deploy.*", Group = "production", MetadataKey = "customer", MetadataValue = "none" },
        });

        var id = await Queue.EnqueueAsync(
            new NewTask("deploy.web") { Group = "production", Metadata = new Dictionary<string, string> { ["customer"] = "acme" } });

        Assert.Equal(held ? TaskHolds.Approval : TaskHolds.None, (await GetAsync(id)).Holds);
        Assert.Equal(held ? ["g"] : [], (await Approvals.ListPendingAsync()).SelectMany(request => request.Gates));
    }

    [Fact]
    public async Task Gate_IsStored_AndHoldsForEveryQueueOnTheStore()
    {
        await using var other = await Fixture.OpenAsync();
        await other.EnqueueAsync(new NewTask("warm"));

        await Approvals.SetGateAsync(Production with { ExpiresAfter = TimeSpan.FromHours(2), Approvers = ["ann", "bob"] });

        var id = await other.EnqueueAsync(new NewTask("deploy") { Group = "production" });
        Assert.Equal(TaskHolds.Approval, (await GetAsync(id)).Holds);
        await ReopenAsync();
        var gate = Assert.Single(await Approvals.ListGatesAsync());
        Assert.Equal(("production", "production", TimeSpan.FromHours(2)), (gate.Name, gate.Group, gate.ExpiresAfter));
        Assert.Equal(["ann", "bob"], gate.Approvers!);
        Assert.Equal(TaskHolds.Approval, (await GetAsync(await Queue.EnqueueAsync(new NewTask("deploy") { Group = "production" }))).Holds);
    }

    [Fact]
    public async Task Gate_Terms_AreThoseOfTheRequest()
    {
        await Approvals.SetGateAsync(Production with { ExpiresAfter = TimeSpan.FromHours(2), Approvers = ["ann"] });

        var id = await Queue.EnqueueAsync(new NewTask("deploy") { Group = "production" });

        await Assert.ThrowsAsync<ApproverNotAllowedException>(() => Queue.Control.ApproveAsync(id, "eve").AsTask());
        Assert.Equal(Time.GetUtcNow() + TimeSpan.FromHours(2), Assert.Single(await Approvals.ListPendingAsync()).ExpiresAt);
        await Queue.Control.ApproveAsync(id, "ann");
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Enqueue_SeveralGates_OneRequestForAllOfThem()
    {
        await Approvals.SetGateAsync(Production with { ExpiresAfter = TimeSpan.FromHours(2), Approvers = ["ann", "bob"] });
        await Approvals.SetGateAsync(new ApprovalGate("deploys") { Type = "deploy", ExpiresAfter = TimeSpan.FromHours(1), Approvers = ["bob", "cat"] });
        await Approvals.SetGateAsync(new ApprovalGate("money") { Type = "pay", Approvers = ["dan"] });
        await Approvals.SetGateAsync(new ApprovalGate("more.money") { Group = "money", Approvers = ["ann"] });

        await Queue.EnqueueAsync(new NewTask("deploy") { Group = "production" });
        await Queue.EnqueueAsync(new NewTask("pay") { Group = "money" });

        var pending = await Approvals.ListPendingAsync();
        Assert.Equal(["deploys", "production"], pending[0].Gates);
        Assert.Equal(["bob"], pending[0].Approvers!);
        Assert.Equal(Time.GetUtcNow() + TimeSpan.FromHours(1), pending[0].ExpiresAt);
        Assert.Empty(pending[1].Approvers!);
        var error = await Assert.ThrowsAsync<ApproverNotAllowedException>(() => Approvals.ApproveAsync(pending[1].Id, "ann").AsTask());
        Assert.Contains("no approver in common", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enqueue_RunNowBehindAGate_WaitsAndThenRunsFirst()
    {
        await Approvals.SetGateAsync(Production);
        await Queue.EnqueueAsync(new NewTask("first") { Priority = 100 });
        var id = await Queue.EnqueueAsync(new NewTask("deploy") { Group = "production", RunNow = true });
        Assert.Equal("first", (await CheckoutAsync()).Type);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        await Queue.EnqueueAsync(new NewTask("second") { Priority = 100 });

        await Queue.Control.ApproveAsync(id, "ann");

        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Set_SameName_ReplacesTheGateAndLeavesStoredTasks()
    {
        var before = await Queue.EnqueueAsync(new NewTask("deploy") { Group = "production" });
        await Approvals.SetGateAsync(Production);
        var held = await Queue.EnqueueAsync(new NewTask("deploy") { Group = "production" });

        await Approvals.SetGateAsync(Production with { Group = "elsewhere" });

        var after = await Queue.EnqueueAsync(new NewTask("deploy") { Group = "production" });
        Assert.Equal(
            [TaskHolds.None, TaskHolds.Approval, TaskHolds.None],
            [(await GetAsync(before)).Holds, (await GetAsync(held)).Holds, (await GetAsync(after)).Holds]);
        Assert.Equal("elsewhere", Assert.Single(await Approvals.ListGatesAsync()).Group);
    }

    [Fact]
    public async Task Remove_TheGateIsGone_WhatItAskedForStays()
    {
        await Approvals.SetGateAsync(Production);
        var held = await Queue.EnqueueAsync(new NewTask("deploy") { Group = "production" });

        Assert.True(await Approvals.RemoveGateAsync("production"));
        Assert.False(await Approvals.RemoveGateAsync("production"));

        Assert.Equal(TaskHolds.Approval, (await GetAsync(held)).Holds);
        Assert.Equal(TaskHolds.None, (await GetAsync(await Queue.EnqueueAsync(new NewTask("deploy") { Group = "production" }))).Holds);
    }

    [Fact]
    public async Task Move_IntoAGatedGroup_AsksFirst()
    {
        await Approvals.SetGateAsync(Production);
        var id = await Queue.EnqueueAsync(new NewTask("deploy"));

        await Queue.Control.EditAsync(id, new TaskEdit { Group = "production" });

        Assert.Equal(TaskHolds.Approval, (await GetAsync(id)).Holds);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        await Queue.Control.ApproveAsync(id, "ann");
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Move_Approved_AsksOnlyBehindAGateThatHasNotAsked()
    {
        await Approvals.SetGateAsync(Production);
        await Approvals.SetGateAsync(new ApprovalGate("secret") { Group = "secret", Approvers = ["sam"] });
        var id = await Queue.EnqueueAsync(new NewTask("deploy") { Group = "production" });
        await Queue.Control.ApproveAsync(id, "ann");

        await Queue.Control.EditAsync(id, new TaskEdit { Group = "default" });
        await Queue.Control.EditAsync(id, new TaskEdit { Group = "production" });
        Assert.Equal(TaskHolds.None, (await GetAsync(id)).Holds);
        await Queue.Control.EditAsync(id, new TaskEdit { Group = "secret" });

        Assert.Equal(TaskHolds.Approval, (await GetAsync(id)).Holds);
        await Assert.ThrowsAsync<ApproverNotAllowedException>(() => Queue.Control.ApproveAsync(id, "ann").AsTask());
        await Queue.Control.ApproveAsync(id, "sam");
    }

    [Fact]
    public async Task Move_Pending_IntoAnotherGate_AsksForBoth()
    {
        await Approvals.SetGateAsync(new ApprovalGate("secret") { Group = "secret", Approvers = ["sam"] });
        var id = await Queue.EnqueueAsync(new NewTask("deploy") { Approval = new ApprovalTerms { Approvers = ["ann", "sam"] } });
        var first = Assert.Single(await Approvals.ListPendingAsync());

        await Queue.Control.EditAsync(id, new TaskEdit { Group = "secret" });

        Assert.Equal(ApprovalStatus.Withdrawn, (await Approvals.GetAsync(first.Id))?.Status);
        var pending = Assert.Single(await Approvals.ListPendingAsync());
        Assert.Equal(["sam"], pending.Approvers!);
        Assert.Equal("secret", pending.Group);
    }

    [Fact]
    public async Task Move_Pending_OutOfTheGate_StaysPending()
    {
        await Approvals.SetGateAsync(Production);
        var id = await Queue.EnqueueAsync(new NewTask("deploy") { Group = "production" });

        await Queue.Control.EditAsync(id, new TaskEdit { Group = "default" });

        Assert.Equal(TaskHolds.Approval, (await GetAsync(id)).Holds);
        Assert.Single(await Approvals.ListPendingAsync());
    }

    [Fact]
    public async Task Retry_BehindAGateThatCameMeanwhile_Asks()
    {
        var id = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Failed, task => task with { Group = "production" });
        await Approvals.SetGateAsync(Production);

        await Queue.Control.RetryAsync(id);

        Assert.Equal(TaskHolds.Approval, (await GetAsync(id)).Holds);
        Assert.Equal(id, Assert.Single(await Approvals.ListPendingAsync()).TaskId);
    }

    [Fact]
    public async Task Retry_Approved_StaysApproved()
    {
        await Approvals.SetGateAsync(Production);
        var id = await Queue.EnqueueAsync(new NewTask("deploy") { Group = "production" });
        await Queue.Control.ApproveAsync(id, "ann");
        await Queue.FailForGoodAsync(id);

        await Queue.Control.RetryAsync(id);

        Assert.Equal(TaskHolds.None, (await GetAsync(id)).Holds);
    }

    [Theory]
    [InlineData("another")]
    [InlineData("the.other")]
    public async Task Retry_ApprovedForOneOfTwoGates_AsksForTheOtherToo(string other)
    {
        await Approvals.SetGateAsync(Production);
        var id = await Queue.EnqueueAsync(new NewTask("deploy") { Group = "production" });
        await Queue.Control.ApproveAsync(id, "ann");
        await Queue.FailForGoodAsync(id);
        await Approvals.SetGateAsync(new ApprovalGate(other) { Type = "deploy" });

        await Queue.Control.RetryAsync(id);

        Assert.Equal(TaskHolds.Approval, (await GetAsync(id)).Holds);
        Assert.Equal(2, Assert.Single(await Approvals.ListPendingAsync()).Gates.Count);
    }

    public static TheoryData<string, ApprovalGate> BadGates => new()
    {
        { "has no condition", new ApprovalGate("g") },
        { "Name", new ApprovalGate("a b") { Type = "t" } },
        { "Type", new ApprovalGate("g") { Type = "*" } },
        { "Group", new ApprovalGate("g") { Group = "a*b" } },
        { "MetadataKey", new ApprovalGate("g") { Type = "t", MetadataValue = "v" } },
        { "Approvers", new ApprovalGate("g") { Type = "t", Approvers = [] } },
        { "ExpiresAfter", new ApprovalGate("g") { Type = "t", ExpiresAfter = TimeSpan.FromDays(4_000) } },
    };

    [Theory]
    [MemberData(nameof(BadGates))]
    public async Task Set_OutOfItsLimits_IsRefused(string text, ApprovalGate gate)
    {
        var error = await Assert.ThrowsAnyAsync<ArgumentException>(() => Approvals.SetGateAsync(gate).AsTask());

        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.Empty(await Approvals.ListGatesAsync());
    }
}

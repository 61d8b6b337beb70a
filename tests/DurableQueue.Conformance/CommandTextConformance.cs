using System.Text.Json;
using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Gates and budgets that match the text of commands: whoever enqueues them, however they are changed.</summary>
public abstract class CommandTextConformance : ConformanceTest
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static readonly ApprovalGate Pushes = new("pushes") { Command = "git push*" };

    public static TheoryData<string, string, string, bool> Texts => new()
    {
        { "command", """{"commandLine":"git push origin main"}""", "git push*", true },
        { "command", """{"commandLine":"git push"}""", "git push*", true },
        { "command", """{"commandLine":"cd x && git push"}""", "git push*", false },
        { "command", """{"commandLine":"cd x && git push"}""", "*git push", true },
        { "command", """{"commandLine":"Git push"}""", "git push*", false },
        { "command", """{"arguments":["git","push","my branch"],"workingDirectory":"/x"}""", "git push my branch", true },
        { "command", """{"environment":{"commandLine":"git push"},"commandLine":"true"}""", "git push*", false },
        { "command", """{"commandLine":null,"arguments":["git","push"]}""", "git push*", true },
        { "command", "{\"commandLine\":\"echo\\ngit push\\necho\"}", "*git push*", true },
        { "command", "not json: git push", "*git push*", false },
        { "command", "", "*git push*", false },
        { "other", """{"commandLine":"git push"}""", "git push*", false },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Enqueue_GateWithACommand_HoldsTheCommandsThatMatch(string type, string payload, string pattern, bool held)
    {
        await Queue.Approvals.SetGateAsync(new ApprovalGate("g") { Command = pattern });

        var id = await Queue.EnqueueAsync(new NewTask(type, Utf8(payload)));

        Assert.Equal(held ? TaskHolds.Approval : TaskHolds.None, (await GetAsync(id)).Holds);
        Assert.Equal(held ? ["g"] : [], (await Queue.Approvals.ListPendingAsync()).SelectMany(request => request.Gates));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Checkout_BudgetWithACommand_CountsTheCommandsThatMatch(string type, string payload, string pattern, bool counted)
    {
        var target = BudgetTarget.Command(pattern);
        await Queue.Budgets.SetAsync(target, new BudgetPolicy { Rate = new RateCap(1, Minute), Cost = CostCap.PerDay(5) });
        var ids = await Queue.EnqueueAsync([new NewTask(type, Utf8(payload)), new NewTask(type, Utf8(payload))]);

        var taken = await Queue.CheckoutAsync(Worker(), 10);
        await Queue.Budgets.ChargeAsync(taken[0].Lease, new Cost(2), "1");

        var status = await Queue.Budgets.GetAsync(target);
        Assert.Equal(counted ? (1, 1, 2m) : (2, 0, 0m), (taken.Count, (int)status.Rate!.Used, status.Cost!.Used));
        Assert.Equal(counted ? TaskHolds.Budget : TaskHolds.None, (await GetAsync(ids[1])).Holds);
        Time.Advance(Minute);
        Assert.Equal(counted ? 1 : 0, (await Queue.CheckoutAsync(Worker(), 10)).Count);
    }

    [Fact]
    public async Task Enqueue_GateWithSeveralConditions_HoldsWhatMatchesAll()
    {
        await Queue.Approvals.SetGateAsync(Pushes with { Group = "prod*" });

        Assert.Equal(TaskHolds.Approval, (await GetAsync(await Queue.EnqueueAsync(Command("git push") with { Group = "production" }))).Holds);
        Assert.Equal(TaskHolds.None, (await GetAsync(await Queue.EnqueueAsync(Command("git push")))).Holds);
        Assert.Equal(TaskHolds.None, (await GetAsync(await Queue.EnqueueAsync(Command("true") with { Group = "production" }))).Holds);
    }

    [Fact]
    public async Task SetGate_Command_IsKeptWhenTheQueueIsOpenedAgain()
    {
        await Queue.Approvals.SetGateAsync(Pushes);
        await Queue.Approvals.SetGateAsync(new ApprovalGate("other") { Type = "t" });
        await ReopenAsync();

        Assert.Equal([null, "git push*"], (await Queue.Approvals.ListGatesAsync()).OrderBy(gate => gate.Name, StringComparer.Ordinal).Select(gate => gate.Command));
        Assert.Equal(TaskHolds.Approval, (await GetAsync(await Queue.EnqueueAsync(Command("git push")))).Holds);
        await Queue.Approvals.SetGateAsync(Pushes with { Command = "git pull*" });
        Assert.Equal(TaskHolds.None, (await GetAsync(await Queue.EnqueueAsync(Command("git push")))).Holds);
    }

    [Fact]
    public async Task EditAndRetry_CommandThatMatchesNow_AreHeld()
    {
        var environment = Enumerable.Range(0, 100).ToDictionary(i => $"VARIABLE_{i}", i => "a longer value");
        var edited = await Queue.EnqueueAsync(Command("true", environment));
        var moved = await Queue.EnqueueAsync(Command("git push --dry-run", environment));
        var failed = await Queue.EnqueueAsync(Command("git push", environment) with { MaxAttempts = 1, Priority = 1 });
        await Queue.FailAsync((await Queue.CheckoutAsync(Worker()))!.Lease, new TaskFailure("no"));
        await Queue.Approvals.SetGateAsync(Pushes);
        Assert.Equal(TaskHolds.None, (await GetAsync(edited)).Holds | (await GetAsync(moved)).Holds);

        await Queue.Control.EditAsync(edited, new TaskEdit { Payload = Command("git push", environment).Payload });
        await Queue.Control.EditAsync(moved, new TaskEdit { Group = "other" });
        await Queue.Control.RetryAsync(failed);

        foreach (var id in new[] { edited, moved, failed })
        {
            Assert.Equal(TaskHolds.Approval, (await GetAsync(id)).Holds);
        }
    }

    [Fact]
    public async Task Edit_ParkedCommandToAnotherText_StartsAtOnce()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Command("train*"), new BudgetPolicy { Rate = new RateCap(1, Minute) });
        await Queue.EnqueueAsync(Command("train a"));
        var parked = await Queue.EnqueueAsync(Command("train b"));
        Assert.Single(await Queue.CheckoutAsync(Worker(), 10));
        Assert.Equal(TaskHolds.Budget, (await GetAsync(parked)).Holds);

        await Queue.Control.EditAsync(parked, new TaskEdit { Payload = Command("evaluate b").Payload });

        Assert.Equal(parked, Assert.Single(await Queue.CheckoutAsync(Worker(), 10)).Id);
    }

    [Fact]
    public async Task Budget_SeveralPatterns_AllMustHaveRoomAndOthersPass()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Command("train*"), new BudgetPolicy { Rate = new RateCap(2, Minute) });
        await Queue.Budgets.SetAsync(BudgetTarget.Command("*large*"), new BudgetPolicy { Rate = new RateCap(1, Minute), WhenUsedUp = BudgetAction.Fail });
        var ids = await Queue.EnqueueAsync([Command("train large"), Command("train large 2"), Command("train small"), Command("train small 2"), Command("other")]);

        Assert.Equal([ids[0], ids[2], ids[4]], (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
        Assert.Contains("command *large*", (await GetAsync(ids[1])).LastError, StringComparison.Ordinal);
        Assert.Equal(TaskHolds.Budget, (await GetAsync(ids[3])).Holds);
        Assert.Equal(
            [BudgetTarget.Command("*large*"), BudgetTarget.Command("train*")], (await Queue.Budgets.ListAsync()).Select(budget => budget.Target));
        Assert.Equal((2, 1), ((int)(await Queue.Budgets.GetAsync(BudgetTarget.Command("train*"))).Rate!.Used, (int)(await Queue.Budgets.GetAsync(BudgetTarget.Command("train*"))).Parked));

        Assert.True(await Queue.Budgets.RemoveAsync(BudgetTarget.Command("train*")));
        Assert.Equal(ids[3], Assert.Single(await Queue.CheckoutAsync(Worker(), 10)).Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("***")]
    [InlineData("a\nb")]
    public async Task Set_PatternThatIsNone_IsRefused(string pattern)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Approvals.SetGateAsync(new ApprovalGate("g") { Command = pattern }));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Budgets.SetAsync(BudgetTarget.Command(pattern), new BudgetPolicy { Rate = new RateCap(1, Minute) }));
    }

    [Fact]
    public async Task Set_PatternOfTheGreatestLength_IsAccepted()
    {
        await Queue.Approvals.SetGateAsync(new ApprovalGate("g") { Command = new string('a', 512) });
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Approvals.SetGateAsync(new ApprovalGate("g") { Command = new string('a', 513) }));
    }

    private static NewTask Command(string line, IReadOnlyDictionary<string, string>? environment = null) =>
        new("command", JsonSerializer.SerializeToUtf8Bytes(new { environment, commandLine = line }));
}

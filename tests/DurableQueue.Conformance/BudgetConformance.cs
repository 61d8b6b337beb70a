using System.Globalization;
using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Budgets: caps on starts and on cost, who waits for them, what is charged, and what people can read of it.</summary>
public abstract class BudgetConformance : ConformanceTest
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static BudgetPolicy Rate(int starts, TimeSpan? window = null) => new() { Rate = new RateCap(starts, window ?? Minute) };

    private static BudgetPolicy PerDay(decimal amount, decimal estimate = 0) => new() { Cost = CostCap.PerDay(amount) with { Estimate = estimate } };

    private static NewTask Of(string tenant) => new("t") { Metadata = new Dictionary<string, string> { ["tenant"] = tenant } };

    private async Task<IReadOnlyList<LeasedTask>> TakeAsync(int most) => await Queue.CheckoutAsync(Worker(), most);

    private async Task FillAsync(int count, NewTask? task = null) => await Queue.EnqueueAsync([.. Enumerable.Repeat(task ?? new NewTask("t"), count)]);

    private async Task<LeasedTask> ChargedAsync(decimal amount, string unit = "usd")
    {
        var task = await CheckoutAsync();
        Assert.Equal(ChargeResult.Charged, await Queue.Budgets.ChargeAsync(task.Lease, new Cost(amount, unit), "1"));
        return task;
    }

    [Fact]
    public async Task Rate_CheckoutOfMany_StopsExactlyAtTheCap()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), Rate(7));
        await FillAsync(20);

        Assert.Equal(7, (await TakeAsync(100)).Count);
        Assert.Empty(await TakeAsync(1));
    }

    [Fact]
    public async Task Rate_SeveralCheckouts_CountTogether()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.EveryGroup, Rate(3));
        await FillAsync(10);

        Assert.Equal(2, (await TakeAsync(2)).Count);
        Assert.Single(await TakeAsync(2));
        Assert.Empty(await TakeAsync(2));
    }

    [Fact]
    public async Task Rate_WindowMovesOn_OpensOneByOneAndNotBefore()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), Rate(3));
        await FillAsync(10);
        await TakeAsync(1);
        Time.Advance(10 * Second);
        await TakeAsync(2);

        Time.Advance(TimeSpan.FromMilliseconds(49_999));
        Assert.Empty(await TakeAsync(5));
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Single(await TakeAsync(5));
        Time.Advance(10 * Second);
        Assert.Equal(2, (await TakeAsync(5)).Count);
        Assert.Empty(await TakeAsync(5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Rate_RandomTimes_NeverPassesTheCapInAnyWindowAndUsesItUp(int seed)
    {
        const int Cap = 5;
        var random = new Random(seed);
        var window = TimeSpan.FromMilliseconds(random.Next(50, 2_000));
        await Queue.Budgets.SetAsync(seed % 2 == 0 ? BudgetTarget.Group("default") : BudgetTarget.EveryType, Rate(Cap, window));
        await FillAsync(1_000);
        var starts = new List<DateTimeOffset>();
        for (var step = 0; step < 150; step++)
        {
            Time.Advance(TimeSpan.FromMilliseconds(random.Next(0, (int)window.TotalMilliseconds / 2)));
            var now = Time.GetUtcNow();
            var asked = random.Next(1, 8);
            var room = Cap - starts.Count(start => start > now - window);
            var tasks = await TakeAsync(asked);
            Assert.Equal((seed, step, Math.Min(room, asked)), (seed, step, tasks.Count));
            starts.AddRange(tasks.Select(_ => now));
            if (random.Next(10) == 0)
            {
                await ReopenAsync();
            }
        }

        Assert.All(starts, first => Assert.InRange(starts.Count(start => start >= first && start < first + window), 1, Cap));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(3_600)]
    public async Task Rate_ClockGoesBack_StaysClosedForOneWindowFromThen(int seconds)
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), Rate(3));
        await FillAsync(10);
        Assert.Equal(3, (await TakeAsync(10)).Count);

        Time.JumpWallClock(-TimeSpan.FromSeconds(seconds));
        Assert.Empty(await TakeAsync(10));
        Time.Advance(TimeSpan.FromMilliseconds(59_999));
        Assert.Empty(await TakeAsync(10));
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(3, (await TakeAsync(10)).Count);
        Assert.Empty(await TakeAsync(10));
    }

    [Fact]
    public async Task Rate_ClockGoesBackBeforeTheCapIsReached_CountsWhatWasStarted()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), Rate(3));
        await FillAsync(10);
        await TakeAsync(1);
        Time.Advance(30 * Second);
        await TakeAsync(1);
        Time.JumpWallClock(-TimeSpan.FromDays(1));
        await ReopenAsync();

        Assert.Single(await TakeAsync(10));
        Assert.Empty(await TakeAsync(10));
    }

    [Fact]
    public async Task Cost_ClockGoesBackADay_StaysClosed()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), PerDay(1));
        await FillAsync(5);
        await ChargedAsync(1);

        Time.JumpWallClock(-TimeSpan.FromDays(1));
        Assert.Empty(await TakeAsync(1));
        Time.JumpWallClock(TimeSpan.FromDays(1));
        Assert.Single(await TakeAsync(1));
    }

    [Fact]
    public async Task EveryGroup_TwoGroups_CountEachByItself()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.EveryGroup, Rate(2));
        await FillAsync(5, new NewTask("t") { Group = "a" });
        await FillAsync(5, new NewTask("t") { Group = "b" });

        var tasks = await TakeAsync(10);
        Assert.Equal([("a", 2), ("b", 2)], tasks.CountBy(task => task.Group).OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)));
    }

    [Fact]
    public async Task Override_OfOneGroup_HoldsInPlaceOfTheDefault()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.EveryGroup, Rate(1));
        await Queue.Budgets.SetAsync(BudgetTarget.Group("more"), Rate(3));
        await Queue.Budgets.SetAsync(BudgetTarget.Group("free"), Rate(0));
        await Queue.Budgets.SetAsync(BudgetTarget.Group("absent"), new BudgetPolicy());
        foreach (var group in new[] { "more", "free", "absent", "other" })
        {
            await FillAsync(5, new NewTask("t") { Group = group });
        }

        var counts = (await TakeAsync(100)).CountBy(task => task.Group).ToDictionary();
        Assert.Equal((3, 5, 5, 1), (counts["more"], counts["free"], counts["absent"], counts["other"]));
    }

    [Fact]
    public async Task Type_UsedUp_ClosesItInAllGroupsAndNoOther()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Type("dear"), Rate(2));
        await FillAsync(3, new NewTask("dear") { Group = "a", Priority = 5 });
        await FillAsync(3, new NewTask("dear") { Group = "b", Priority = 5 });
        await FillAsync(3, new NewTask("cheap") { Group = "a" });

        Assert.Equal(["dear", "dear", "cheap", "cheap", "cheap"], (await TakeAsync(10)).Select(task => task.Type));
        Time.Advance(Minute);
        Assert.Equal(["dear", "dear"], (await TakeAsync(10)).Select(task => task.Type));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Type_UsedUp_IsNotOfferedToWorkersThatNameItOrItsGroup(bool byGroup)
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Type("dear"), Rate(1));
        await FillAsync(3, new NewTask("dear"));
        await FillAsync(1, new NewTask("cheap"));
        var request = byGroup ? Worker() with { Groups = ["default"] } : Worker() with { Types = ["dear", "cheap"] };

        Assert.Equal(["dear", "cheap"], (await Queue.CheckoutAsync(request, 10)).Select(task => task.Type));
        Assert.Null(await Queue.CheckoutAsync(request));
        Time.Advance(Minute);
        Assert.Equal("dear", (await Queue.CheckoutAsync(request))?.Type);
    }

    [Fact]
    public async Task GroupAndType_BothCapped_TheTighterHolds()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("a"), Rate(4));
        await Queue.Budgets.SetAsync(BudgetTarget.Type("t"), Rate(3));
        await FillAsync(10, new NewTask("t") { Group = "a" });
        await FillAsync(10, new NewTask("u") { Group = "a" });

        Assert.Equal(["t", "t", "t", "u"], (await TakeAsync(20)).Select(task => task.Type));
    }

    [Fact]
    public async Task UsedUp_Group_SaysWhyAndUntilWhen()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.EveryGroup, Rate(2));
        await FillAsync(5);
        var first = Time.GetUtcNow();
        await TakeAsync(1);
        Time.Advance(10 * Second);
        await TakeAsync(5);

        var status = await Queue.Budgets.GetAsync(BudgetTarget.Group("default"));
        Assert.True(status.IsUsedUp);
        Assert.Equal(first + Minute, status.RetryAt);
        Assert.Equal((2m, 2m, (string?)null, true), (status.Rate!.Used, status.Rate.Cap, status.Rate.Unit, status.Rate.IsWarning));
        Assert.Equal(first + (10 * Second) + Minute, status.Rate.ResetsAt);
        Assert.Null(status.Cost);
        Assert.Equal(2, status.Policy!.Rate!.Starts);
        Assert.True((await Queue.Groups.GetAsync("default"))!.OverBudget);
        Assert.Equal(status.Target, Assert.Single(await Queue.Budgets.ListStatusAsync(usedUpOnly: true)).Target);

        Time.Advance(50 * Second);
        status = await Queue.Budgets.GetAsync(BudgetTarget.Group("default"));
        Assert.Equal((false, null, 1m), (status.IsUsedUp, status.RetryAt, status.Rate!.Used));
        await Queue.ReapExpiredAsync();
        Assert.False((await Queue.Groups.GetAsync("default"))!.OverBudget);
    }

    [Fact]
    public async Task UsedUp_ManyGroups_LeaveTheOthersTheirOrder()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.EveryGroup, Rate(1));
        await Queue.Budgets.SetAsync(BudgetTarget.Group("free"), new BudgetPolicy());
        for (var group = 0; group < 50; group++)
        {
            await FillAsync(2, new NewTask("t") { Group = $"g{group}", Priority = 9 });
        }

        var free = await Queue.EnqueueAsync([new NewTask("t") { Group = "free" }, new NewTask("t") { Group = "free" }]);
        Assert.Equal(50, (await TakeAsync(50)).Count);
        Assert.Equal(free, (await TakeAsync(10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Limit_AndRate_BothHold()
    {
        await Queue.Groups.EnsureAsync("default", 2);
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), Rate(3));
        await FillAsync(10);

        var tasks = await TakeAsync(10);
        Assert.Equal(2, tasks.Count);
        await Queue.CompleteAsync(tasks[0].Lease);
        await Queue.CompleteAsync(tasks[1].Lease);
        Assert.Single(await TakeAsync(10));
        Assert.Empty(await TakeAsync(10));
    }

    [Fact]
    public async Task RunNow_BudgetUsedUp_WaitsForItPastLimitAndPause()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), Rate(1));
        await FillAsync(2);
        await TakeAsync(1);
        var urgent = await Queue.EnqueueAsync(new NewTask("t"));
        await Queue.Control.RunNowAsync(urgent);
        await Queue.Groups.PauseAsync("default");

        Assert.Empty(await TakeAsync(10));
        Time.Advance(Minute);
        Assert.Equal(urgent, Assert.Single(await TakeAsync(10)).Id);
    }

    [Theory]
    [InlineData(BudgetScope.Group)]
    [InlineData(BudgetScope.Type)]
    [InlineData(BudgetScope.Metadata)]
    public async Task RunNowOverBudget_BudgetUsedUp_RunsAndCounts(BudgetScope scope)
    {
        var target = scope switch
        {
            BudgetScope.Group => BudgetTarget.Group("default"),
            BudgetScope.Type => BudgetTarget.Type("t"),
            _ => BudgetTarget.Value("tenant", "acme"),
        };
        await Queue.Budgets.SetAsync(target, Rate(1));
        var ids = await Queue.EnqueueAsync([Of("acme"), Of("acme"), Of("acme")]);
        Assert.Single(await TakeAsync(10));
        await Queue.Control.RunNowOverBudgetAsync(ids[2]);

        Assert.Equal(ids[2], Assert.Single(await TakeAsync(10)).Id);
        Assert.Equal(2, (await Queue.Budgets.GetAsync(target)).Rate!.Used);
        Assert.Empty(await TakeAsync(10));
        Time.Advance(Minute);
        Assert.Equal(ids[1], Assert.Single(await TakeAsync(10)).Id);
    }

    [Fact]
    public async Task RunNow_NewTaskOverBudget_Waits()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Type("t"), Rate(1));
        await FillAsync(1);
        await TakeAsync(1);
        await Queue.EnqueueAsync(new NewTask("t") { RunNow = true });

        Assert.Empty(await TakeAsync(10));
    }

    [Fact]
    public async Task Cost_PerDay_ClosesWhenItIsSpentAndOpensAtMidnight()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), PerDay(1));
        await FillAsync(5);
        await ChargedAsync(0.4m);
        await ChargedAsync(0.599_999_999m);
        await ChargedAsync(0.000_000_001m);

        Assert.Empty(await TakeAsync(1));
        var midnight = new DateTimeOffset(Time.GetUtcNow().Date.AddDays(1), TimeSpan.Zero);
        var status = await Queue.Budgets.GetAsync(BudgetTarget.Group("default"));
        Assert.Equal((1m, 1m, "usd", midnight, midnight), (status.Cost!.Used, status.Cost.Cap, status.Cost.Unit, status.RetryAt, status.Cost.ResetsAt));

        Time.JumpWallClock(midnight - Time.GetUtcNow() - TimeSpan.FromMilliseconds(1));
        Assert.Empty(await TakeAsync(1));
        Time.JumpWallClock(midnight - Time.GetUtcNow());
        Assert.Single(await TakeAsync(1));
    }

    [Fact]
    public async Task Cost_PerMonthOfAZone_OpensAtItsMidnight()
    {
        Time.JumpWallClock(new DateTimeOffset(2030, 10, 31, 22, 30, 0, TimeSpan.Zero) - Time.GetUtcNow());
        await Queue.Budgets.SetAsync(BudgetTarget.Type("t"), new BudgetPolicy { Cost = CostCap.PerMonth(5, "eur", "Europe/Berlin") });
        await FillAsync(5);
        await ChargedAsync(5, "EUR");

        Assert.Empty(await TakeAsync(1));
        Assert.Equal(new DateTimeOffset(2030, 10, 31, 23, 0, 0, TimeSpan.Zero), (await Queue.Budgets.GetAsync(BudgetTarget.Type("t"))).RetryAt);
        Time.Advance(TimeSpan.FromMinutes(30));
        await ChargedAsync(5, "eur");
        Assert.Empty(await TakeAsync(1));
        Assert.Equal(new DateTimeOffset(2030, 11, 30, 23, 0, 0, TimeSpan.Zero), (await Queue.Budgets.GetAsync(BudgetTarget.Type("t"))).RetryAt);
    }

    [Fact]
    public async Task Cost_Rolling_OpensWhenEnoughHasLeftTheWindow()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), new BudgetPolicy { Cost = CostCap.Per(Minute, 1) });
        await FillAsync(5);
        await ChargedAsync(0.3m);
        Time.Advance(10 * Second);
        await ChargedAsync(1m);

        // Of 1.3 the first 0.3 leave a full budget behind.
        Time.Advance(50 * Second);
        Assert.Empty(await TakeAsync(1));
        Time.Advance(10 * Second);
        Assert.Single(await TakeAsync(1));
    }

    [Fact]
    public async Task Cost_InAnotherUnit_DoesNotCountAgainstTheCap()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), PerDay(1));
        await FillAsync(2);
        await ChargedAsync(50, "tokens");

        Assert.Single(await TakeAsync(1));
        Assert.Equal(0, (await Queue.Budgets.GetAsync(BudgetTarget.Group("default"))).Cost!.Used);
    }

    [Fact]
    public async Task Cost_CapSetLater_CountsWhatWasChargedBefore()
    {
        await FillAsync(2);
        await ChargedAsync(2);

        await Queue.Budgets.SetAsync(BudgetTarget.Type("t"), PerDay(1.5m));
        Assert.Empty(await TakeAsync(1));
        await Queue.Budgets.SetAsync(BudgetTarget.Type("t"), PerDay(2.5m));
        Assert.Single(await TakeAsync(1));
    }

    [Fact]
    public async Task Charge_SameKeyTwice_CountsOnceAndALaterAttemptAnew()
    {
        await FillAsync(1);
        var first = await ChargedAsync(1);
        Assert.Equal(ChargeResult.Repeated, await Queue.Budgets.ChargeAsync(first.Lease, new Cost(1), "1"));
        await ReopenAsync();
        Assert.Equal(ChargeResult.Repeated, await Queue.Budgets.ChargeAsync(first.Lease, new Cost(1), "1"));
        await Queue.FailAsync(first.Lease, new TaskFailure("no") { RetryAfter = TimeSpan.Zero });
        var second = await ChargedAsync(1);

        Assert.Equal(2, Assert.Single(await Queue.Budgets.GetUsageAsync(new BudgetUsageQuery { Target = BudgetTarget.Group("default") })).Amount);
        Assert.Equal([first.Lease.Token, second.Lease.Token], (await Queue.Budgets.GetChargesAsync(first.Id)).Select(charge => charge.Token));
    }

    [Fact]
    public async Task Charge_LeaseLostOrTaskFinished_CountsAndSaysLate()
    {
        await FillAsync(1);
        var task = await CheckoutAsync();
        Time.Advance(TimeSpan.FromMinutes(6));
        await Queue.ReapExpiredAsync();

        Assert.Equal(ChargeResult.Late, await Queue.Budgets.ChargeAsync(task.Lease, new Cost(1), "1"));
        var again = await CheckoutAsync();
        await Queue.CompleteAsync(again.Lease);
        Assert.Equal(ChargeResult.Late, await Queue.Budgets.ChargeAsync(again.Lease, new Cost(2), "1"));
        Assert.Equal(3, (await Queue.Budgets.GetUsageAsync(new BudgetUsageQuery { Target = BudgetTarget.Type("t") })).Sum(usage => usage.Amount));
    }

    [Fact]
    public async Task Charge_LeaseThatNeverWas_IsRefused()
    {
        await FillAsync(1);
        var task = await CheckoutAsync();

        await Assert.ThrowsAsync<ArgumentException>(async () => await Queue.Budgets.ChargeAsync(task.Lease with { Token = task.Lease.Token + 1 }, new Cost(1), "1"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Queue.Budgets.ChargeAsync(task.Lease with { Token = 0 }, new Cost(1), "1"));
        await Assert.ThrowsAsync<TaskNotFoundException>(async () => await Queue.Budgets.ChargeAsync(task.Lease with { TaskId = new TaskId(99) }, new Cost(1), "1"));
        Assert.Empty(await Queue.Budgets.GetUsageAsync());
    }

    [Theory]
    [InlineData("-1", "usd", "k")]
    [InlineData("1000000000.1", "usd", "k")]
    [InlineData("0.0000000001", "usd", "k")]
    [InlineData("1", "", "k")]
    [InlineData("1", "u d", "k")]
    [InlineData("1", "usd", "")]
    [InlineData("1", "usd", "dq.estimate:usd")]
    public async Task Charge_ValueOutOfItsLimits_IsRefused(string amount, string unit, string key)
    {
        await FillAsync(1);
        var task = await CheckoutAsync();
        var cost = new Cost(decimal.Parse(amount, CultureInfo.InvariantCulture), unit);

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Budgets.ChargeAsync(task.Lease, cost, key));
        Assert.Empty(await Queue.Budgets.GetChargesAsync(task.Id));
    }

    [Fact]
    public async Task Estimate_OfThePolicy_LetsOnlyAsManyStartAsFit()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), PerDay(1, estimate: 0.3m));
        await FillAsync(5);

        var tasks = await TakeAsync(5);
        Assert.Equal(3, tasks.Count);
        var status = await Queue.Budgets.GetAsync(BudgetTarget.Group("default"));
        Assert.Equal((0m, 0.9m, true), (status.Cost!.Used, status.Cost.Reserved, status.IsUsedUp));

        // It cost less: what is left lets the next one start.
        await Queue.Budgets.ChargeAsync(tasks[0].Lease, new Cost(0.1m), "1");
        await Queue.CompleteAsync(tasks[0].Lease);
        Assert.Single(await TakeAsync(5));
        status = await Queue.Budgets.GetAsync(BudgetTarget.Group("default"));
        Assert.Equal((0.1m, 0.9m), (status.Cost!.Used, status.Cost.Reserved));
    }

    [Fact]
    public async Task Estimate_CostReported_TakesItsPlaceBitByBit()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), PerDay(10));
        await Queue.EnqueueAsync(new NewTask("t") { EstimatedCost = new Cost(1) });
        var task = await CheckoutAsync();

        foreach (var (reported, used, reserved) in new[] { (0.4m, 0.4m, 0.6m), (0.5m, 0.9m, 0.1m), (0.5m, 1.4m, 0m) })
        {
            await Queue.Budgets.ChargeAsync(task.Lease, new Cost(reported), $"{used}");
            var cost = (await Queue.Budgets.GetAsync(BudgetTarget.Group("default"))).Cost!;
            Assert.Equal((used, reserved), (cost.Used, cost.Reserved));
        }
    }

    [Theory]
    [InlineData("complete", null, "1")]
    [InlineData("complete", "0.2", "0.2")]
    [InlineData("complete", "0", "0")]
    [InlineData("complete", "3", "3")]
    [InlineData("fail", null, "1")]
    [InlineData("fail", "0.2", "0.2")]
    [InlineData("release", null, "0")]
    [InlineData("release", "0.2", "0.2")]
    [InlineData("reap", null, "1")]
    [InlineData("reap", "0.2", "1")]
    [InlineData("reap", "3", "3")]
    public async Task Estimate_AttemptEnds_ChargesWhatWasReportedOrTheEstimate(string end, string? reported, string charged)
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Type("t"), PerDay(10));
        await Queue.EnqueueAsync(new NewTask("t") { EstimatedCost = new Cost(1) });
        var task = await CheckoutAsync();
        if (reported is not null)
        {
            await Queue.Budgets.ChargeAsync(task.Lease, new Cost(decimal.Parse(reported, CultureInfo.InvariantCulture)), "1");
        }

        switch (end)
        {
            case "complete":
                await Queue.CompleteAsync(task.Lease);
                break;
            case "fail":
                await Queue.FailAsync(task.Lease, new TaskFailure("no"));
                break;
            case "release":
                await Queue.ReleaseAsync(task.Lease);
                break;
            default:
                Time.Advance(TimeSpan.FromMinutes(6));
                await Queue.ReapExpiredAsync();
                break;
        }

        var expected = decimal.Parse(charged, CultureInfo.InvariantCulture);
        var cost = (await Queue.Budgets.GetAsync(BudgetTarget.Type("t"))).Cost!;
        Assert.Equal((expected, 0m), (cost.Used, cost.Reserved));
        Assert.Equal(expected, (await Queue.Budgets.GetChargesAsync(task.Id)).Sum(charge => charge.Cost.Amount));
    }

    [Fact]
    public async Task Estimate_EarlierAttemptReportedACost_IsChargedForTheOneThatDidNot()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Type("t"), PerDay(10));
        await Queue.EnqueueAsync(new NewTask("t") { EstimatedCost = new Cost(1) });
        var first = await ChargedAsync(0.2m);
        await Queue.FailAsync(first.Lease, new TaskFailure("no") { RetryAfter = TimeSpan.Zero });

        var second = await CheckoutAsync();
        await Queue.CompleteAsync(second.Lease);

        var cost = (await Queue.Budgets.GetAsync(BudgetTarget.Type("t"))).Cost!;
        Assert.Equal((1.2m, 0m), (cost.Used, cost.Reserved));
        Assert.Equal(
            [(first.Lease.Token, 0.2m), (second.Lease.Token, 1m)],
            (await Queue.Budgets.GetChargesAsync(first.Id)).Select(charge => (charge.Token, charge.Cost.Amount)));
    }

    [Fact]
    public async Task Estimate_AttemptTakenOver_IsReplacedByWhatTheNewWorkerReports()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), PerDay(10));
        await Queue.EnqueueAsync(new NewTask("command") { EstimatedCost = new Cost(1) });
        var adopter = Worker() with { AdoptedTypes = ["command"] };
        Assert.NotNull(await Queue.CheckoutAsync(adopter));
        Time.Advance(CheckoutRequest.DefaultLeaseDuration);
        var task = Assert.Single(await Queue.TakeOverAsync(adopter with { Worker = "w2" }, 1));

        Assert.Equal(ChargeResult.Charged, await Queue.Budgets.ChargeAsync(task.Lease, new Cost(0.4m), "1"));
        var cost = (await Queue.Budgets.GetAsync(BudgetTarget.Group("default"))).Cost!;
        Assert.Equal((0.4m, 0.6m), (cost.Used, cost.Reserved));
        await Queue.CompleteAsync(task.Lease);
        cost = (await Queue.Budgets.GetAsync(BudgetTarget.Group("default"))).Cost!;
        Assert.Equal((0.4m, 0m), (cost.Used, cost.Reserved));
    }

    [Fact]
    public async Task Charge_AttemptTakenOverMeanwhile_CountsItsKeyOnceAndReplacesTheEstimate()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), PerDay(10));
        await Queue.EnqueueAsync(new NewTask("command") { EstimatedCost = new Cost(1) });
        var adopter = Worker() with { AdoptedTypes = ["command"] };
        var before = (await Queue.CheckoutAsync(adopter))!.Lease;
        Assert.Equal(ChargeResult.Charged, await Queue.Budgets.ChargeAsync(before, new Cost(0.4m), "1"));
        Time.Advance(CheckoutRequest.DefaultLeaseDuration);
        var after = Assert.Single(await Queue.TakeOverAsync(adopter with { Worker = "w2" }, 1)).Lease;

        Assert.Equal(ChargeResult.Repeated, await Queue.Budgets.ChargeAsync(after, new Cost(0.4m), "1"));
        Assert.Equal(ChargeResult.Repeated, await Queue.Budgets.ChargeAsync(before, new Cost(0.4m), "1"));
        Assert.Equal(ChargeResult.Late, await Queue.Budgets.ChargeAsync(before, new Cost(0.1m), "2"));
        Assert.Equal(ChargeResult.Repeated, await Queue.Budgets.ChargeAsync(after, new Cost(0.1m), "2"));
        await Queue.CompleteAsync(after);

        var cost = (await Queue.Budgets.GetAsync(BudgetTarget.Group("default"))).Cost!;
        Assert.Equal((0.5m, 0m), (cost.Used, cost.Reserved));
        Assert.Equal([("1", after.Token), ("2", after.Token)], (await Queue.Budgets.GetChargesAsync(after.TaskId)).Select(charge => (charge.Key, charge.Token)));
    }

    [Fact]
    public async Task Estimate_LargerThanWhatIsLeft_ParksTheTaskAndLetsASmallerOnePass()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), PerDay(1));
        await FillAsync(1, new NewTask("t") { EstimatedCost = new Cost(0.6m) });
        var large = await Queue.EnqueueAsync(new NewTask("t") { EstimatedCost = new Cost(0.7m) });
        var small = await Queue.EnqueueAsync(new NewTask("t") { EstimatedCost = new Cost(0.2m) });

        var tasks = await TakeAsync(5);
        Assert.Equal(small, tasks[1].Id);
        Assert.Equal(TaskHolds.Budget, (await GetAsync(large)).Holds);

        // What the first one did not need lets the large one try again.
        await Queue.Budgets.ChargeAsync(tasks[0].Lease, new Cost(0.05m), "1");
        await Queue.CompleteAsync(tasks[0].Lease);
        Assert.Equal(large, Assert.Single(await TakeAsync(5)).Id);
    }

    [Fact]
    public async Task Metadata_UsedUp_ParksItsTasksAndTheOthersRun()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.EveryValue("tenant"), PerDay(1));
        await Queue.EnqueueAsync(Of("acme"));
        await ChargedAsync(1);
        var ids = await Queue.EnqueueAsync([Of("acme"), Of("acme"), Of("other"), new NewTask("t")]);

        Assert.Equal(ids.Skip(2), (await TakeAsync(10)).Select(task => task.Id));
        var parked = await GetAsync(ids[0]);
        var midnight = new DateTimeOffset(Time.GetUtcNow().Date.AddDays(1), TimeSpan.Zero);
        Assert.Equal((TaskState.Queued, TaskHolds.Budget, midnight, 0), (parked.State, parked.Holds, parked.BudgetUntil, parked.Attempt));
        Assert.Equal((2, midnight), ((await Queue.Budgets.GetAsync(BudgetTarget.Value("tenant", "acme"))).Parked, (await Queue.Budgets.GetAsync(BudgetTarget.Value("tenant", "acme"))).RetryAt));
        Assert.Empty(await TakeAsync(10));

        Time.JumpWallClock(midnight - Time.GetUtcNow());
        Assert.Equal(ids.Take(2), (await TakeAsync(10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Metadata_ManyToPark_ParksAHundredACheckoutAndEachOnceAWindow()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Value("tenant", "acme"), PerDay(1));
        await Queue.EnqueueAsync(Of("acme"));
        await ChargedAsync(1);
        await FillAsync(250, Of("acme"));
        var other = await Queue.EnqueueAsync(Of("other"));

        foreach (var parked in new[] { 100, 200 })
        {
            Assert.Empty(await TakeAsync(1));
            Assert.Equal(parked, (await Queue.Budgets.GetAsync(BudgetTarget.Value("tenant", "acme"))).Parked);
        }

        Assert.Equal(other, Assert.Single(await TakeAsync(5)).Id);
        Assert.Equal(250, (await Queue.Budgets.GetAsync(BudgetTarget.Value("tenant", "acme"))).Parked);
        Assert.Empty(await TakeAsync(5));
        Time.JumpWallClock(TimeSpan.FromDays(1));
        Assert.Equal(250, (await TakeAsync(300)).Count);
    }

    [Fact]
    public async Task Metadata_RateCap_LetsTheParkedGoInOrderAsRoomComes()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.EveryValue("tenant"), Rate(2));
        await FillAsync(1, Of("acme"));
        await TakeAsync(1);
        Time.Advance(10 * Second);
        var ids = await Queue.EnqueueAsync([Of("acme"), Of("acme"), Of("acme"), Of("acme") with { Priority = 1 }]);
        Assert.Equal(ids[3], Assert.Single(await TakeAsync(10)).Id);

        Time.Advance(50 * Second);
        Assert.Equal(ids[0], Assert.Single(await TakeAsync(10)).Id);
        Assert.Equal(2, (await Queue.Budgets.GetAsync(BudgetTarget.Value("tenant", "acme"))).Parked);
        Time.Advance(10 * Second);
        Assert.Equal(ids[1], Assert.Single(await TakeAsync(10)).Id);
        Time.Advance(50 * Second);
        Assert.Equal(ids[2], Assert.Single(await TakeAsync(10)).Id);
    }

    [Fact]
    public async Task Metadata_WindowMovesOnWithRoomLeft_LetsAllGoThatFit()
    {
        var tenant = BudgetTarget.Value("tenant", "acme");
        await Queue.Budgets.SetAsync(tenant, Rate(7));
        await FillAsync(7, Of("acme"));
        await TakeAsync(7);
        await FillAsync(3, Of("acme") with { Group = "paused" });
        await FillAsync(10, Of("acme"));
        Assert.Empty(await TakeAsync(20));
        await Queue.Groups.PauseAsync("paused");

        // Those of the paused group are first in line.
        await Queue.Budgets.SetAsync(tenant, Rate(10));
        Time.JumpWallClock(Minute);
        Assert.Equal(10, (await TakeAsync(20)).Count);
    }

    [Fact]
    public async Task Metadata_ChargeAfterTheWindowHasMovedOn_DoesNotPutOffThoseThatWait()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Value("tenant", "acme"), new BudgetPolicy { Cost = CostCap.Per(Minute, 1) });
        await FillAsync(2, Of("acme"));
        var running = await ChargedAsync(1);
        Assert.Empty(await TakeAsync(1));
        Assert.Empty(await TakeAsync(1));

        // There is room, and nobody has looked yet.
        Time.JumpWallClock(Minute);
        await Queue.Budgets.ChargeAsync(running.Lease, new Cost(0.1m), "2");
        Assert.Single(await TakeAsync(1));
    }

    [Theory]
    [InlineData(BudgetScope.Group)]
    [InlineData(BudgetScope.Type)]
    [InlineData(BudgetScope.Metadata)]
    public async Task Fail_UsedUp_RefusesTheTaskWithTheReason(BudgetScope scope)
    {
        var target = scope switch
        {
            BudgetScope.Group => BudgetTarget.Group("default"),
            BudgetScope.Type => BudgetTarget.Type("t"),
            _ => BudgetTarget.Value("tenant", "acme"),
        };
        await Queue.Budgets.SetAsync(target, Rate(1) with { WhenUsedUp = BudgetAction.Fail });
        var ids = await Queue.EnqueueAsync([Of("acme"), Of("acme")]);
        var dependent = await Queue.EnqueueAsync(new NewTask("later") { Group = "other", After = [ids[1]] });

        Assert.Single(await TakeAsync(10));
        var refused = await GetAsync(ids[1]);
        Assert.Equal((TaskState.Failed, TaskOutcome.Failed, 0), (refused.State, refused.Outcome, refused.Attempt));
        Assert.True(BudgetRefusal.TryParse(refused.LastError, out var reason));
        Assert.Equal(
            (429, target.ToString(), 1m, 1m, Time.GetUtcNow() + Minute, null),
            (reason.Code, reason.Budget, reason.Cap, reason.Spent, reason.ResetsAt, reason.Unit));
        await Queue.SettleAsync();
        Assert.Equal(TaskOutcome.DependencyFailed, (await GetAsync(dependent)).Outcome);

        // When there is room again, a retry runs.
        Time.Advance(Minute);
        await Queue.Control.RetryAsync(ids[1]);
        Assert.Equal(ids[1], Assert.Single(await TakeAsync(10)).Id);
    }

    [Fact]
    public async Task Fail_TaskThatWaitedForAnotherBudget_LeavesItsPlaceToTheNext()
    {
        var tenant = BudgetTarget.Value("tenant", "acme");
        await Queue.Budgets.SetAsync(tenant, Rate(1));
        await FillAsync(1, Of("acme") with { Group = "spent" });
        await ChargedAsync(1);
        var ids = await Queue.EnqueueAsync([Of("acme") with { Group = "spent" }, Of("acme"), Of("acme")]);
        Assert.Empty(await TakeAsync(10));
        await Queue.Budgets.SetAsync(BudgetTarget.Group("spent"), PerDay(1) with { WhenUsedUp = BudgetAction.Fail });

        Time.Advance(Minute);
        Assert.Equal(ids[1], Assert.Single(await TakeAsync(10)).Id);
        Assert.Equal(TaskState.Failed, (await GetAsync(ids[0])).State);
        Assert.Equal(TaskHolds.Budget, (await GetAsync(ids[2])).Holds);
    }

    [Fact]
    public async Task Fail_Many_RefusesAHundredACheckout()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Type("t"), PerDay(1) with { WhenUsedUp = BudgetAction.Fail });
        await FillAsync(1);
        await ChargedAsync(1);
        await FillAsync(150);

        Assert.Empty(await TakeAsync(1));
        Assert.Equal(100, (await Queue.Inspector.CountAsync()).Total.Failed);
        Assert.Empty(await TakeAsync(1));
        Assert.Equal(150, (await Queue.Inspector.CountAsync()).Total.Failed);
    }

    [Fact]
    public async Task Parked_Controls_DoWhatTheyDoToOtherTasks()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Value("tenant", "acme"), PerDay(1));
        await Queue.EnqueueAsync(Of("acme"));
        await ChargedAsync(1);
        var ids = await Queue.EnqueueAsync([.. Enumerable.Repeat(Of("acme"), 6)]);
        await TakeAsync(10);

        await Queue.Control.CancelAsync(ids[0]);
        await Queue.Control.RemoveAsync([ids[1]]);
        await Queue.Control.StashAsync(ids[2]);
        Assert.Contains("Budget", (await Assert.ThrowsAsync<TaskStateException>(async () => await Queue.Control.RunNowAsync(ids[3]))).Message, StringComparison.Ordinal);
        await Queue.Control.EditAsync(ids[4], new TaskEdit { Group = "elsewhere", Priority = 3 });
        Assert.Equal(TaskHolds.None, (await GetAsync(ids[4])).Holds);
        Assert.Empty(await TakeAsync(10));
        Assert.Equal(TaskHolds.Stashed | TaskHolds.Budget, (await GetAsync(ids[2])).Holds);
        Assert.Equal(TaskHolds.Budget, (await GetAsync(ids[4])).Holds);

        Time.JumpWallClock(TimeSpan.FromDays(1));
        Assert.Equal([ids[4], ids[3], ids[5]], (await TakeAsync(10)).Select(task => task.Id));
        Assert.Equal(TaskHolds.Stashed, (await GetAsync(ids[2])).Holds);
        await Queue.Control.UnstashAsync(ids[2]);
        Assert.Equal(ids[2], (await CheckoutAsync()).Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Parked_EditedOrSwapped_GoesInItsNewPlace(bool swap)
    {
        await Queue.Budgets.SetAsync(BudgetTarget.EveryValue("tenant"), Rate(1));
        await Queue.EnqueueAsync(Of("acme"));
        await TakeAsync(1);
        var ids = await Queue.EnqueueAsync([Of("acme"), Of("acme"), Of("acme")]);
        Assert.Empty(await TakeAsync(10));
        Assert.Equal(3, (await Queue.Budgets.GetAsync(BudgetTarget.Value("tenant", "acme"))).Parked);

        if (swap)
        {
            await Queue.Control.SwapAsync(ids[0], ids[2]);
        }
        else
        {
            await Queue.Control.EditAsync(ids[2], new TaskEdit { Priority = 1 });
        }

        TaskId[] expected = swap ? [ids[2], ids[1], ids[0]] : [ids[2], ids[0], ids[1]];
        foreach (var id in expected)
        {
            Time.Advance(60 * Second);
            Assert.Equal(id, Assert.Single(await TakeAsync(10)).Id);
        }
    }

    [Fact]
    public async Task Set_HigherCap_OpensAtOnceAndALowerOneCloses()
    {
        var target = BudgetTarget.Group("default");
        await Queue.Budgets.SetAsync(target, Rate(1));
        await FillAsync(10);
        await TakeAsync(10);
        await Queue.Budgets.SetAsync(target, Rate(4));
        Assert.Equal(2, (await TakeAsync(2)).Count);
        await Queue.Budgets.SetAsync(target, Rate(2));
        Assert.Empty(await TakeAsync(1));
        Assert.True((await Queue.Groups.GetAsync("default"))!.OverBudget);
        await Queue.Budgets.SetAsync(target, new BudgetPolicy());
        Assert.Equal(7, (await TakeAsync(10)).Count);
    }

    [Fact]
    public async Task Set_Default_OpensAllThatItConcerns()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.EveryGroup, Rate(1));
        await Queue.Budgets.SetAsync(BudgetTarget.EveryType, Rate(30));
        for (var group = 0; group < 20; group++)
        {
            await FillAsync(3, new NewTask("t") { Group = $"g{group}" });
        }

        Assert.Equal(20, (await TakeAsync(100)).Count);
        await Queue.Budgets.SetAsync(BudgetTarget.EveryGroup, Rate(2));
        Assert.Equal(10, (await TakeAsync(100)).Count);
        Assert.True(await Queue.Budgets.RemoveAsync(BudgetTarget.EveryType));
        Assert.Equal(10, (await TakeAsync(100)).Count);
        Assert.True(await Queue.Budgets.RemoveAsync(BudgetTarget.EveryGroup));
        Assert.Equal(20, (await TakeAsync(100)).Count);
        Assert.False(await Queue.Budgets.RemoveAsync(BudgetTarget.EveryGroup));
    }

    [Fact]
    public async Task Set_DefaultOfMoreGroupsThanOneChunk_OpensAll()
    {
        const int Groups = 1_200;
        await Queue.Budgets.SetAsync(BudgetTarget.EveryGroup, Rate(1));
        await Queue.EnqueueAsync([.. Enumerable.Range(0, 2 * Groups).Select(n => new NewTask("t") { Group = $"g{n % Groups}" })]);
        Assert.Equal(Groups, (await TakeAsync(2 * Groups)).Count);

        await Queue.Budgets.SetAsync(BudgetTarget.EveryGroup, Rate(2));

        Assert.Equal(Groups, (await TakeAsync(2 * Groups)).Count);
    }

    [Fact]
    public async Task Metadata_WindowsOfDifferentLength_EachOpensAtItsOwnTime()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Value("tenant", "short"), Rate(1));
        await Queue.Budgets.SetAsync(BudgetTarget.Value("tenant", "long"), Rate(1, 10 * Minute));
        var (first, second) = (Of("short") with { LeaseDuration = TimeSpan.FromHours(1) }, Of("long") with { LeaseDuration = TimeSpan.FromHours(1) });
        await FillAsync(2, first);
        Assert.Single(await TakeAsync(10));
        Assert.Empty(await TakeAsync(10));

        // The later time is learnt of after the earlier one.
        await FillAsync(2, second);
        Assert.Single(await TakeAsync(10));

        Time.Advance(Minute);
        Assert.Equal("short", Assert.Single(await TakeAsync(10)).Metadata["tenant"]);
        Time.Advance(8 * Minute);
        Assert.Empty(await TakeAsync(10));
        Time.Advance(Minute);
        Assert.Equal("long", Assert.Single(await TakeAsync(10)).Metadata["tenant"]);
    }

    [Fact]
    public async Task Remove_ParkedTasks_GoOn()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.EveryValue("tenant"), PerDay(1));
        await Queue.EnqueueAsync(Of("acme"));
        await ChargedAsync(1);
        await FillAsync(3, Of("acme"));
        Assert.Empty(await TakeAsync(10));

        await Queue.Budgets.RemoveAsync(BudgetTarget.EveryValue("tenant"));
        Assert.Equal(3, (await TakeAsync(10)).Count);
    }

    [Fact]
    public async Task Remove_MoreParkedTasksThanOneTransactionTakes_LetsAllGo()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Value("tenant", "acme"), PerDay(1));
        await Queue.EnqueueAsync(Of("acme"));
        await ChargedAsync(1);
        await FillAsync(1_150, Of("acme"));
        for (var checkout = 0; checkout < 12; checkout++)
        {
            Assert.Empty(await TakeAsync(1));
        }

        await Queue.Budgets.RemoveAsync(BudgetTarget.Value("tenant", "acme"));
        var taken = 0;
        for (var checkout = 0; checkout < 5; checkout++)
        {
            taken += (await TakeAsync(5_000)).Count;
        }

        Assert.Equal(1_150, taken);
    }

    [Fact]
    public async Task Set_LongerWindow_CountsWhatIsStillOnRecord()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), new BudgetPolicy { Cost = CostCap.Per(Minute, 1) });
        await FillAsync(5);
        await ChargedAsync(1);
        Time.Advance(2 * Minute);
        await ChargedAsync(0.1m);

        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), new BudgetPolicy { Cost = CostCap.Per(TimeSpan.FromHours(1), 1) });
        Assert.Empty(await TakeAsync(1));
    }

    [Fact]
    public async Task Reopen_UsedUp_StaysSoAndOpensInTime()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), Rate(2));
        await Queue.Budgets.SetAsync(BudgetTarget.Type("u"), Rate(1));
        await FillAsync(4);
        await FillAsync(3, new NewTask("u") { Group = "other" });
        Assert.Equal(3, (await TakeAsync(10)).Count);

        await ReopenAsync();
        Assert.Empty(await TakeAsync(10));
        Time.Advance(Minute);
        await ReopenAsync();
        Assert.Equal(3, (await TakeAsync(10)).Count);
    }

    [Fact]
    public async Task TwoQueues_OneFile_ShareTheCaps()
    {
        await using var other = await Fixture.OpenAsync();
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), Rate(5));
        await FillAsync(20);

        for (var turn = 0; turn < 5; turn++)
        {
            Assert.Single(await (turn % 2 == 0 ? Queue : other).CheckoutAsync(Worker(), 1));
        }

        Assert.Empty(await Queue.CheckoutAsync(Worker(), 1));
        Assert.Empty(await other.CheckoutAsync(Worker(), 1));
        await other.Budgets.SetAsync(BudgetTarget.Group("default"), Rate(6));
        Assert.Single(await Queue.CheckoutAsync(Worker(), 3));
    }

    [Fact]
    public async Task Usage_ByDayAndScope_AddsUpAndOutlivesTheTasks()
    {
        Time.JumpWallClock(new DateTimeOffset(2030, 5, 1, 22, 50, 0, TimeSpan.Zero) - Time.GetUtcNow());
        await Queue.Budgets.SetAsync(BudgetTarget.EveryValue("tenant"), new BudgetPolicy());
        await FillAsync(1, Of("acme"));
        await FillAsync(2, new NewTask("u") { Group = "g" });
        var task = await ChargedAsync(0.1m);
        await Queue.CompleteAsync(task.Lease);
        Time.Advance(TimeSpan.FromHours(1));
        await ChargedAsync(0.2m);
        Time.Advance(TimeSpan.FromHours(1));
        await ChargedAsync(3, "tokens");
        await Queue.Control.RemoveAsync([task.Id]);

        var first = new DateOnly(2030, 5, 1);
        Assert.Equal(
            [
                new BudgetUsage(first, BudgetTarget.Group("default"), "usd", 0.1m),
                new BudgetUsage(first, BudgetTarget.Group("g"), "usd", 0.2m),
                new BudgetUsage(first, BudgetTarget.Type("t"), "usd", 0.1m),
                new BudgetUsage(first, BudgetTarget.Type("u"), "usd", 0.2m),
                new BudgetUsage(first, BudgetTarget.Value("tenant", "acme"), "usd", 0.1m),
                new BudgetUsage(first.AddDays(1), BudgetTarget.Group("g"), "tokens", 3m),
                new BudgetUsage(first.AddDays(1), BudgetTarget.Type("u"), "tokens", 3m),
            ],
            await Queue.Budgets.GetUsageAsync());

        // In India, at UTC+5:30, all of it was on the second.
        var query = new BudgetUsageQuery { TimeZone = "Asia/Kolkata", Target = BudgetTarget.EveryType, Unit = "USD" };
        Assert.Equal([(first.AddDays(1), 0.1m), (first.AddDays(1), 0.2m)], (await Queue.Budgets.GetUsageAsync(query)).Select(usage => (usage.Day, usage.Amount)));
        query = query with { From = new DateTimeOffset(2030, 5, 1, 23, 0, 0, TimeSpan.Zero), To = new DateTimeOffset(2030, 5, 2, 0, 0, 0, TimeSpan.Zero) };
        Assert.Equal(0.2m, Assert.Single(await Queue.Budgets.GetUsageAsync(query)).Amount);
    }

    [Fact]
    public async Task PruneUsage_OldCosts_AreForgottenButNotThoseThatCount()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Group("default"), new BudgetPolicy { Cost = CostCap.PerMonth(2) });
        Time.JumpWallClock(new DateTimeOffset(2030, 4, 20, 0, 0, 0, TimeSpan.Zero) - Time.GetUtcNow());
        await FillAsync(3);
        await ChargedAsync(1);
        Time.JumpWallClock(TimeSpan.FromDays(15));
        await ChargedAsync(1);
        Time.JumpWallClock(TimeSpan.FromDays(5));

        Assert.Equal(3, await Queue.Budgets.PruneUsageAsync(Time.GetUtcNow()));
        Assert.Equal(1, Assert.Single(await Queue.Budgets.GetUsageAsync()).Amount);
        Assert.Equal(1, (await Queue.Budgets.GetAsync(BudgetTarget.Group("default"))).Cost!.Used);
        await ChargedAsync(1);
        Assert.True((await Queue.Budgets.GetAsync(BudgetTarget.Group("default"))).IsUsedUp);
    }

    [Fact]
    public async Task Charges_OfATask_ListAmountsKeysAndTags()
    {
        await FillAsync(1);
        var task = await CheckoutAsync();
        await Queue.Budgets.ChargeAsync(task.Lease, new Cost(0.042m, "USD"), "call", new Dictionary<string, string> { ["model"] = "large" });

        var charge = Assert.Single(await Queue.Budgets.GetChargesAsync(task.Id));
        Assert.Equal((task.Lease.Token, "call", new Cost(0.042m), Time.GetUtcNow()), (charge.Token, charge.Key, charge.Cost, charge.At));
        Assert.Equal("large", charge.Tags["model"]);
        await Assert.ThrowsAsync<TaskNotFoundException>(async () => await Queue.Budgets.GetChargesAsync(new TaskId(99)));
    }

    [Fact]
    public async Task Status_From80Percent_Warns()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Type("t"), PerDay(1));
        await FillAsync(2);
        await ChargedAsync(0.799m);
        Assert.False((await Queue.Budgets.GetAsync(BudgetTarget.Type("t"))).Cost!.IsWarning);
        await ChargedAsync(0.001m);
        Assert.True((await Queue.Budgets.GetAsync(BudgetTarget.Type("t"))).Cost!.IsWarning);
    }

    [Fact]
    public async Task List_SeveralBudgets_GivesThemAsTheyWereSet()
    {
        var cost = new BudgetPolicy
        {
            Cost = CostCap.PerMonth(12.5m, "EUR", "Europe/Berlin") with { Estimate = 0.01m },
            Rate = new RateCap(1_000, Minute),
            WhenUsedUp = BudgetAction.Fail,
        };
        await Queue.Budgets.SetAsync(BudgetTarget.Value("tenant", ""), Rate(1));
        await Queue.Budgets.SetAsync(BudgetTarget.EveryValue("tenant"), Rate(2));
        await Queue.Budgets.SetAsync(BudgetTarget.Group("g"), new BudgetPolicy { Cost = CostCap.Per(Minute, 1) });
        await Queue.Budgets.SetAsync(BudgetTarget.EveryGroup, Rate(3));
        await Queue.Budgets.SetAsync(BudgetTarget.EveryGroup, cost);

        var list = await Queue.Budgets.ListAsync();
        Assert.Equal([BudgetTarget.EveryGroup, BudgetTarget.Group("g"), BudgetTarget.EveryValue("tenant"), BudgetTarget.Value("tenant", "")], list.Select(budget => budget.Target));
        Assert.Equal(cost with { Cost = CostCap.PerMonth(12.5m, "eur", "Europe/Berlin") with { Estimate = 0.01m } }, list[0].Policy);
        Assert.Equal(new BudgetPolicy { Cost = CostCap.Per(Minute, 1) }, list[1].Policy);
    }

    public static TheoryData<BudgetTarget, BudgetPolicy> Refused => new()
    {
        { BudgetTarget.Group("no such name"), new BudgetPolicy() },
        { BudgetTarget.EveryValue(""), new BudgetPolicy() },
        { BudgetTarget.EveryGroup, Rate(-1) },
        { BudgetTarget.EveryGroup, Rate(1, TimeSpan.Zero) },
        { BudgetTarget.EveryGroup, Rate(1, TimeSpan.FromDays(400)) },
        { BudgetTarget.EveryGroup, PerDay(-1) },
        { BudgetTarget.EveryGroup, PerDay(2_000_000_000) },
        { BudgetTarget.EveryGroup, PerDay(1, estimate: 2) },
        { BudgetTarget.EveryGroup, new BudgetPolicy { Cost = CostCap.PerDay(1, "usd", "Nowhere/Land") } },
        { BudgetTarget.EveryGroup, new BudgetPolicy { Cost = CostCap.PerDay(1, "u s d") } },
        { BudgetTarget.EveryGroup, new BudgetPolicy { Cost = CostCap.Per(TimeSpan.Zero, 1) } },
        { BudgetTarget.EveryGroup, new BudgetPolicy { WhenUsedUp = (BudgetAction)9 } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Set_ValueOutOfItsLimits_IsRefused(BudgetTarget target, BudgetPolicy policy)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Budgets.SetAsync(target, policy));
        Assert.Empty(await Queue.Budgets.ListAsync());
        await Assert.ThrowsAsync<ArgumentException>(async () => await Queue.Budgets.GetAsync(BudgetTarget.EveryGroup));
    }

    [Fact]
    public async Task Enqueue_EstimateOutOfItsLimits_IsRefused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.EnqueueAsync(new NewTask("t") { EstimatedCost = new Cost(-1) }));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.EnqueueAsync(new NewTask("t") { EstimatedCost = default(Cost) }));
    }
}

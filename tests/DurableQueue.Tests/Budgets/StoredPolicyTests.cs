using DurableQueue.Budgets;
using Xunit;

namespace DurableQueue.Tests.Budgets;

public sealed class StoredPolicyTests
{
    private const long Unit = 1_000_000_000;
    private const long Midnight = 1_772_668_800_000; // 2026-03-05T00:00:00Z
    private const long HourMs = 3_600_000;

    [Fact]
    public void ToPolicy_Stored_IsThePolicyThatWasSet()
    {
        (StoredPolicy Stored, BudgetPolicy Set)[] policies =
        [
            (new() { Refuses = true }, new() { WhenUsedUp = BudgetAction.Fail }),
            (new() { Rate = 3, RateWindowMs = 1_500 }, new() { Rate = new RateCap(3, TimeSpan.FromSeconds(1.5)) }),
            (
                new() { Cost = 5 * Unit, CostUnit = "eur", CostPeriod = BudgetPeriod.Day, CostZone = "Europe/Berlin", Estimate = Unit / 4 },
                new() { Cost = CostCap.PerDay(5, "eur", "Europe/Berlin") with { Estimate = 0.25m } }),
            (new() { Cost = 1, CostUnit = "usd", CostPeriod = BudgetPeriod.Month }, new() { Cost = CostCap.PerMonth(0.000000001m) }),
            (
                new() { Cost = 5 * Unit, CostUnit = "usd", CostPeriod = BudgetPeriod.Rolling, CostWindowMs = 1_500 },
                new() { Cost = CostCap.Per(TimeSpan.FromSeconds(1.5), 5) }),
            (
                new() { Rate = 1, RateWindowMs = 1, Cost = Unit, CostUnit = "usd", CostPeriod = BudgetPeriod.Day, Refuses = true },
                new() { Rate = new RateCap(1, TimeSpan.FromMilliseconds(1)), Cost = CostCap.PerDay(1), WhenUsedUp = BudgetAction.Fail }),
        ];

        Assert.All(policies, policy => Assert.Equal(policy.Set, policy.Stored.ToPolicy()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RateCap_Starts_CountsInAWindowThatEndsNow(bool refuses)
    {
        var cap = new StoredPolicy { Rate = 3, RateWindowMs = 1_500, Refuses = refuses }.RateCap!;

        Assert.Equal((true, 3, 1, refuses), (cap.IsRate, cap.Most, cap.Need, cap.Refuses));
        Assert.Equal((true, 2_500), (cap.Window.IsRolling, cap.Window.EndMs(1_000)));
    }

    [Theory]
    [InlineData(BudgetPeriod.Rolling, "UTC", 10 * HourMs + 1_500)]
    [InlineData(BudgetPeriod.Day, "UTC", 24 * HourMs)]
    [InlineData(BudgetPeriod.Day, "Europe/Berlin", 23 * HourMs)]
    [InlineData(BudgetPeriod.Month, "UTC", 27 * 24 * HourMs)]

    // The file comes from a machine that knows more time zones.
    [InlineData(BudgetPeriod.Day, "Mars/Olympus_Mons", 24 * HourMs)]
    public void CostCap_Period_EndsByItsZone(BudgetPeriod period, string zone, long expected)
    {
        var cap = new StoredPolicy { Cost = 9, CostUnit = "usd", CostPeriod = period, CostWindowMs = 1_500, CostZone = zone, Estimate = 4, Refuses = true }.CostCap!;

        Assert.Equal(("usd", false, 9, 4, true), (cap.Unit, cap.IsRate, cap.Most, cap.Need, cap.Refuses));
        Assert.Equal(Midnight + expected, cap.Window.EndMs(Midnight + (10 * HourMs)));
    }

    [Fact]
    public void Caps_OfZero_AreNone()
    {
        var policy = new StoredPolicy { RateWindowMs = 1_500, CostUnit = "usd", CostWindowMs = 1_500, Estimate = 4 };

        Assert.Equal((null, null), (policy.RateCap, policy.CostCap));
        Assert.Equal(new BudgetPolicy(), policy.ToPolicy());
    }
}

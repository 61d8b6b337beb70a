using Xunit;

namespace DurableQueue.Tests.Budgets;

public sealed class CostCapTests
{
    public static TheoryData<CostCap, BudgetPeriod, string, int, string> Caps => new()
    {
        { CostCap.PerDay(5), BudgetPeriod.Day, "usd", 0, "UTC" },
        { CostCap.PerDay(5, "eur", "Europe/Berlin"), BudgetPeriod.Day, "eur", 0, "Europe/Berlin" },
        { CostCap.PerMonth(5), BudgetPeriod.Month, "usd", 0, "UTC" },
        { CostCap.PerMonth(5, "eur", "Europe/Berlin"), BudgetPeriod.Month, "eur", 0, "Europe/Berlin" },
        { CostCap.Per(TimeSpan.FromMinutes(90), 5), BudgetPeriod.Rolling, "usd", 90, "UTC" },
        { CostCap.Per(TimeSpan.FromMinutes(90), 5, "tokens"), BudgetPeriod.Rolling, "tokens", 90, "UTC" },
    };

    [Theory]
    [MemberData(nameof(Caps))]
    public void Cap_OfAPeriod_SaysWhatItLimits(CostCap cap, BudgetPeriod period, string unit, int windowMinutes, string zone) =>
        Assert.Equal(
            (5, period, unit, TimeSpan.FromMinutes(windowMinutes), zone, 0),
            (cap.Amount, cap.Period, cap.Unit, cap.Window, cap.TimeZone, cap.Estimate));

    /// <summary>A sum per day and a cap per day are about the same days unless a zone is named.</summary>
    [Fact]
    public void UsageQuery_WithoutZone_SumsUpTheDaysOfACap() => Assert.Equal(CostCap.PerDay(5).TimeZone, new BudgetUsageQuery().TimeZone);
}

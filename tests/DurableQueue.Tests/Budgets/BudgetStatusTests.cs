using Xunit;

namespace DurableQueue.Tests.Budgets;

public sealed class BudgetStatusTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    [Theory]

    // minutes until the rate cap and the cost cap have room again; -1: not used up, null: no such cap
    [InlineData(null, null, null)]
    [InlineData(-1, null, null)]
    [InlineData(null, -1, null)]
    [InlineData(-1, -1, null)]
    [InlineData(5, null, 5)]
    [InlineData(null, 7, 7)]
    [InlineData(5, -1, 5)]
    [InlineData(-1, 7, 7)]

    // A task needs room in both: the later time counts.
    [InlineData(5, 7, 7)]
    [InlineData(7, 5, 7)]
    [InlineData(5, 5, 5)]
    public void Status_OfTwoCaps_IsUsedUpUntilBothHaveRoom(int? rate, int? cost, int? expected)
    {
        var status = new BudgetStatus { Target = BudgetTarget.Group("mail"), Rate = Meter(rate), Cost = Meter(cost) };

        Assert.Equal(expected is not null, status.IsUsedUp);
        Assert.Equal(expected is { } minutes ? Now.AddMinutes(minutes) : null, status.RetryAt);
    }

    [Theory]
    [InlineData("10", "7.999999999", "0", false)]
    [InlineData("10", "8", "0", true)]
    [InlineData("10", "0", "8", true)]
    [InlineData("10", "5", "2.999999999", false)]
    [InlineData("10", "5", "3", true)]
    [InlineData("10", "12", "0", true)]
    [InlineData("0.5", "0.4", "0", true)]
    public void IsWarning_UsedAndReserved_BeginsAt80PercentOfTheCap(string cap, string used, string reserved, bool expected)
    {
        var meter = new BudgetMeter { Cap = Decimal(cap), Used = Decimal(used), Reserved = Decimal(reserved) };

        Assert.Equal(expected, meter.IsWarning);
    }

    private static BudgetMeter? Meter(int? minutes) => minutes is not { } value
        ? null
        : new BudgetMeter { Cap = 10, Used = value < 0 ? 1 : 10, IsUsedUp = value >= 0, RetryAt = value < 0 ? null : Now.AddMinutes(value) };

    private static decimal Decimal(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}

using DurableQueue.Budgets;
using Xunit;

namespace DurableQueue.Tests.Budgets;

public sealed class BudgetCapTests
{
    private const long Now = 1_000_000;

    private static readonly (long AtMs, long Amount)[] Entries = [(950_000, 2), (960_000, 3), (990_000, 4)];

    [Theory]

    // estimate, used: when the usual start fits again into 10
    [InlineData(0, 10, 950_000 + BudgetCaps.MinuteMs)]
    [InlineData(0, 11, 950_000 + BudgetCaps.MinuteMs)]
    [InlineData(0, 12, 960_000 + BudgetCaps.MinuteMs)]
    [InlineData(3, 9, 950_000 + BudgetCaps.MinuteMs)]
    [InlineData(3, 10, 960_000 + BudgetCaps.MinuteMs)]
    [InlineData(3, 13, 990_000 + BudgetCaps.MinuteMs)]

    // What is left is reserved.
    [InlineData(0, 19, Now + BudgetCaps.MinuteMs)]
    public void RoomAtMs_RollingWindow_IsWhenEnoughHasLeftIt(long estimate, long used, long expected) =>
        Assert.Equal(expected, BudgetCaps.Cost(10, estimate).RoomAtMs(used, Entries, Now));

    [Fact]
    public void RoomAtMs_Day_IsMidnightWhateverWasCounted()
    {
        var now = Ms("2026-03-05T22:00:00Z");
        var cap = new BudgetCap("usd", 10, new BudgetWindow(BudgetPeriod.Day, 0, TimeZoneInfo.Utc), 0, Refuses: false);

        Assert.Equal(Ms("2026-03-06T00:00:00Z"), cap.RoomAtMs(10, Entries, now));
    }

    [Theory]
    [InlineData("2026-03-05T22:00:00Z", BudgetPeriod.Day, "UTC", "2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")]
    [InlineData("2026-03-05T23:30:00Z", BudgetPeriod.Day, "Europe/Berlin", "2026-03-05T23:00:00Z", "2026-03-06T23:00:00Z")]
    [InlineData("2026-03-29T12:00:00Z", BudgetPeriod.Day, "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")]
    [InlineData("2026-03-05T22:00:00Z", BudgetPeriod.Month, "UTC", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")]
    [InlineData("2026-12-31T23:00:00Z", BudgetPeriod.Month, "Europe/Berlin", "2026-12-31T23:00:00Z", "2027-01-31T23:00:00Z")]

    // Clocks go forward at midnight: the day begins at one o'clock.
    [InlineData("2026-09-06T12:00:00Z", BudgetPeriod.Day, "America/Santiago", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z")]

    // Clocks go back at midnight to the day before: the first midnight of the day counts.
    [InlineData("2026-11-01T12:00:00Z", BudgetPeriod.Day, "America/Havana", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")]
    public void Window_OfACalendar_BeginsAndEndsAtItsMidnights(string now, BudgetPeriod period, string zone, string start, string end)
    {
        var window = new BudgetWindow(period, 0, TimeZoneInfo.FindSystemTimeZoneById(zone));

        Assert.Equal((Ms(start), Ms(end), false), (window.StartMs(Ms(now)), window.EndMs(Ms(now)), window.IsRolling));
    }

    [Fact]
    public void Window_Rolling_CountsALengthThatEndsNow()
    {
        var start = BudgetCaps.Minute.StartMs(Now);

        Assert.Equal((true, Now - BudgetCaps.MinuteMs + 1), (BudgetCaps.Minute.IsRolling, start));

        // What was counted at its start leaves it in the next millisecond.
        Assert.Equal(Now + 1, BudgetCaps.Minute.EndMs(start));
    }

    [Theory]
    [InlineData(10, 8)]
    [InlineData(11, 9)]
    [InlineData(1, 1)]
    public void WarnsAt_Cap_Is80PercentOfItRoundedUp(long most, long expected) => Assert.Equal(expected, BudgetCaps.Starts(most).WarnsAt);

    [Fact]
    public void AmountOf_StartsAndMoney_AreShownInTheirUnits() =>
        Assert.Equal((3m, 0.000000003m), (BudgetCaps.Starts(10).AmountOf(3), BudgetCaps.Cost(10).AmountOf(3)));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.000000001", 1)]
    [InlineData("1.5", 1_500_000_000)]
    [InlineData("1000000000", 1_000_000_000_000_000_000)]
    public void Amounts_InRange_AreWholeBillionths(string amount, long stored)
    {
        var value = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(stored, Amounts.ToStored(value, "cost"));
        Assert.Equal(value, Amounts.FromStored(stored));
    }

    [Theory]
    [InlineData("-0.000000001", "must be between 0 and 1000000000.")]
    [InlineData("1000000000.000000001", "must be between 0 and 1000000000.")]
    [InlineData("0.0000000001", "must have at most nine decimals.")]
    public void Amounts_OutOfRange_NameTheArgument(string amount, string message)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(
            () => Amounts.ToStored(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), "cost"));

        Assert.Equal("cost", error.ParamName);
        Assert.Contains($"cost {message}", error.Message, StringComparison.Ordinal);
    }

    private static long Ms(string time) => DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
}

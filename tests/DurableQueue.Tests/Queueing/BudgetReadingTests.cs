using DurableQueue.Budgets;
using DurableQueue.Queueing;
using DurableQueue.Tests.Budgets;
using Xunit;

namespace DurableQueue.Tests.Queueing;

/// <summary>What users see of a cap. All windows are a minute long or a day.</summary>
public sealed class BudgetReadingTests
{
    private const long Now = 1_000_000;

    private static readonly (long AtMs, long Amount)[] Entries = [(950_000, 2), (960_000, 3), (990_000, 4)];

    [Theory]

    // Starts: used of 10, reserved, and whether one more has no room.
    [InlineData(9, 0, false)]
    [InlineData(10, 0, true)]
    [InlineData(5, 4, false)]
    [InlineData(5, 5, true)]
    [InlineData(12, 0, true)]
    public void Measure_Starts_IsUsedUpWithoutRoomForOneMore(long used, long reserved, bool usedUp)
    {
        var meter = new BudgetReading(used, reserved, Now).Measure(BudgetCaps.Starts(10), Entries, Now);

        Assert.Equal((10m, null, used, reserved, usedUp), (meter.Cap, meter.Unit, meter.Used, meter.Reserved, meter.IsUsedUp));
        Assert.Equal(usedUp, meter.RetryAt is not null);
    }

    [Theory]

    // Money: used of 10 with an estimate of 3, and whether a start with that estimate has no room.
    [InlineData(7, 0, false)]
    [InlineData(8, 0, true)]
    [InlineData(4, 3, false)]
    [InlineData(4, 4, true)]
    public void Measure_Cost_IsUsedUpWithoutRoomForTheEstimate(long used, long reserved, bool usedUp)
    {
        var meter = new BudgetReading(used, reserved, Now).Measure(BudgetCaps.Cost(10, 3), Entries, Now);

        Assert.Equal(("usd", usedUp), (meter.Unit, meter.IsUsedUp));
        Assert.Equal((Amounts.FromStored(10), Amounts.FromStored(used), Amounts.FromStored(reserved)), (meter.Cap, meter.Used, meter.Reserved));
    }

    [Fact]
    public void Measure_UsedUp_SaysWhenThereIsRoomAgain()
    {
        Assert.Equal(950_000 + BudgetCaps.MinuteMs, RetryAt(new BudgetReading(10, 0, 990_000)));

        // What is reserved has to leave the window too.
        Assert.Equal(960_000 + BudgetCaps.MinuteMs, RetryAt(new BudgetReading(9, 3, 990_000)));
    }

    [Theory]

    // When something was last counted, and when all of it has left the window of a minute.
    [InlineData(null, null)]
    [InlineData(990_000L, 1_050_000L)]
    [InlineData(940_001L, 1_000_001L)]
    [InlineData(940_000L, null)]
    public void Measure_RollingWindow_ResetsWhenTheLastHasLeftIt(long? last, long? expected) =>
        Assert.Equal(expected, new BudgetReading(1, 0, last).Measure(BudgetCaps.Starts(10), Entries, Now).ResetsAt?.ToUnixTimeMilliseconds());

    [Fact]
    public void Measure_Day_ResetsAtMidnightWhateverWasCounted()
    {
        var cap = new BudgetCap(BudgetCap.Starts, 10, new BudgetWindow(BudgetPeriod.Day, 0, TimeZoneInfo.Utc), 0, Refuses: false);

        var meter = new BudgetReading(10, 0, null).Measure(cap, [], Now);

        Assert.Equal((86_400_000L, 86_400_000L), (meter.ResetsAt!.Value.ToUnixTimeMilliseconds(), meter.RetryAt!.Value.ToUnixTimeMilliseconds()));
    }

    [Fact]
    public void Measure_Room_DoesNotReadWhatWasCounted() =>
        Assert.False(new BudgetReading(1, 0, Now).Measure(BudgetCaps.Starts(10), Unread(), Now).IsUsedUp);

    private static long RetryAt(BudgetReading reading) => reading.Measure(BudgetCaps.Starts(10), Entries, Now).RetryAt!.Value.ToUnixTimeMilliseconds();

    private static IEnumerable<(long AtMs, long Amount)> Unread()
    {
        Assert.Fail("The entries were read.");
        yield break;
    }
}

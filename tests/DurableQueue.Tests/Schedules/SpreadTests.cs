using DurableQueue.Schedules;
using Xunit;

namespace DurableQueue.Tests.Schedules;

/// <summary>
/// Processes of different versions may have one queue open, and must agree about when an occurrence fires: the delays of a version are those of all.
/// The numbers were computed by another program.
/// </summary>
public sealed class SpreadTests
{
    [Theory]
    [InlineData("nightly", 1_767_225_600_000, 0.7709007547480958)]
    [InlineData("nightly", 1_767_312_000_000, 0.8676618012459875)]
    [InlineData("backup", 1_767_225_600_000, 0.7973003605920075)]
    [InlineData("s", 0, 0.7419670358221828)]
    public void Fraction_NameAndTime_IsTheSameInEveryVersion(string name, long occurrenceMs, double expected) =>
        Assert.Equal(expected, Spread.Fraction(name, occurrenceMs));

    [Fact]
    public void FireAt_Jitter_IsThatFractionOfIt()
    {
        var schedule = new NewSchedule("nightly", "0 0 * * *", new NewTask("t")) { Jitter = TimeSpan.FromSeconds(1_000) };

        Assert.Equal(1_767_225_600_000 + 770_900, ScheduleTimes.Of(schedule, 0).FireAt(1_767_225_600_000));
    }

    [Fact]
    public void FireAt_JitterLongerThanTheGap_IsThatFractionOfTheGap()
    {
        var schedule = new NewSchedule("nightly", "0 * * * *", new NewTask("t")) { Jitter = TimeSpan.FromHours(24) };

        Assert.Equal(1_767_225_600_000 + 2_775_242, ScheduleTimes.Of(schedule, 0).FireAt(1_767_225_600_000));
    }
}

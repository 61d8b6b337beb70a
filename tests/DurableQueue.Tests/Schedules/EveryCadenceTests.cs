using DurableQueue.Schedules;
using Xunit;

namespace DurableQueue.Tests.Schedules;

public sealed class EveryCadenceTests
{
    private const long HourMs = 3_600_000;
    private const long Anchor = 1_000_000_000;

    [Theory]
    [InlineData("@every 1s", 1)]
    [InlineData("@every 90m", 90 * 60)]
    [InlineData("@every 1d2h3m4s", 86_400 + 7_200 + 180 + 4)]
    [InlineData("@every 30m1h", 90 * 60)]
    [InlineData("@every 1m1m", 120)]
    [InlineData("@EVERY 2H", 7_200)]
    [InlineData(" @every\t0d10S ", 10)]
    [InlineData("@every 365d", 365 * 86_400)]
    [InlineData("@every 000000001s", 1)]
    public void Parse_Interval_IsTheSumOfItsParts(string expression, long seconds)
    {
        Assert.True(EveryCadence.IsEvery(expression));
        Assert.Equal(seconds * 1_000, EveryCadence.Parse(expression));
    }

    [Theory]
    [InlineData("@every")]
    [InlineData("@every 0s")]
    [InlineData("@every 365d1s")]
    [InlineData("@every 999999999d")]
    [InlineData("@every 1h 30m")]
    [InlineData("@every 1w")]
    [InlineData("@every 0000000001s")]
    [InlineData("@every1h")]
    [InlineData("@every 1h;")]
    public void Parse_NotValid_SaysWhatIsAllowed(string expression)
    {
        var error = Assert.Throws<ArgumentException>(() => EveryCadence.Parse(expression));

        Assert.Equal(
            $"The expression '{expression}' is not valid: @every takes days, hours, minutes and seconds, such as @every 1h30m, from 1 s to 365 d. (Parameter 'Expression')",
            error.Message);
    }

    [Theory]
    [InlineData(Anchor - (5 * HourMs), Anchor)]
    [InlineData(Anchor - 1, Anchor)]
    [InlineData(Anchor, Anchor + HourMs)]
    [InlineData(Anchor + HourMs - 1, Anchor + HourMs)]
    [InlineData(Anchor + HourMs, Anchor + (2 * HourMs))]
    [InlineData(Anchor + (1_000 * HourMs) + 1, Anchor + (1_001 * HourMs))]
    public void Next_AfterATime_CountsFromTheAnchor(long after, long expected) => Assert.Equal(expected, new EveryCadence(HourMs, Anchor).Next(after));

    [Fact]
    public void Zone_HasNoEffect()
    {
        var times = ScheduleTimes.Of(new NewSchedule("s", "@every 1h", new NewTask("t")) { TimeZone = "Europe/Berlin" }, Anchor);

        Assert.Equal(0, times.OffsetMs(Anchor));
        Assert.Equal(Anchor + HourMs, times.NextOf(new StoredNext(null, Anchor, 7 * HourMs)));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(Anchor), times.Show(Anchor).OccursAt);
        Assert.Equal(TimeSpan.Zero, times.Show(Anchor).OccursAt.Offset);
    }
}

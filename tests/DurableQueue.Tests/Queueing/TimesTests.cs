using DurableQueue.Queueing;
using Xunit;

namespace DurableQueue.Tests.Queueing;

public sealed class TimesTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(9_999, 1)]
    [InlineData(10_000, 1)]
    [InlineData(10_001, 2)]
    [InlineData(19_999, 2)]
    [InlineData(20_000, 2)]
    public void ToMs_PartOfAMillisecond_IsRoundedUp(long ticks, long expected)
    {
        Assert.Equal(expected, Times.ToMs(TimeSpan.FromTicks(ticks)));
        Assert.Equal(expected, Times.ToMs(DateTimeOffset.UnixEpoch.AddTicks(ticks)));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(-9_999, 0)]
    [InlineData(-10_000, -1)]
    [InlineData(-10_001, -1)]
    public void ToMs_BeforeTheEpoch_IsRoundedUpToo(long ticks, long expected) =>
        Assert.Equal(expected, Times.ToMs(DateTimeOffset.UnixEpoch.AddTicks(ticks)));

    [Fact]
    public void ToMs_OtherOffset_IsTheSameInstant()
    {
        var utc = new DateTimeOffset(2026, 3, 4, 5, 6, 7, 8, TimeSpan.Zero);
        Assert.Equal(Times.ToMs(utc), Times.ToMs(utc.ToOffset(TimeSpan.FromHours(5.5))));
    }

    [Fact]
    public void FromMs_WholeMilliseconds_ComeBack()
    {
        var times = new[] { DateTimeOffset.UnixEpoch, new DateTimeOffset(2026, 3, 4, 5, 6, 7, 8, TimeSpan.Zero), Limits.MaxTime };
        Assert.All(times, time => Assert.Equal(time, Times.FromMs(Times.ToMs(time))));
        Assert.Null(Times.FromMs((long?)null));
        Assert.Equal(DateTimeOffset.UnixEpoch, Times.FromMs((long?)0));
    }
}

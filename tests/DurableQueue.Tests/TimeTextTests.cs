using System.Globalization;
using Xunit;

namespace DurableQueue.Tests;

public sealed class TimeTextTests
{
    // A Wednesday, 13:30 in the zone.
    private const string Now = "2026-05-06T12:30:00Z";

    [Theory]
    [InlineData("90", 90_000)]
    [InlineData("0", 0)]
    [InlineData("90s", 90_000)]
    [InlineData("500ms", 500)]
    [InlineData("0.2s", 200)]
    [InlineData(".5s", 500)]
    [InlineData("1.5", 1_500)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1h 30m", 5_400_000)]
    [InlineData("1 hour 30 minutes", 5_400_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("2d", 172_800_000)]
    [InlineData("1w", 604_800_000)]
    [InlineData("1W2D3H4M5S6MS", 604_800_000 + 172_800_000 + 10_800_000 + 240_000 + 5_006)]
    [InlineData("  10 min ", 600_000)]
    [InlineData("0.001ms", 0.001)]
    public void ParseDuration_WellWritten_IsItsLength(string text, double milliseconds)
    {
        Assert.Equal(TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond)), TimeText.ParseDuration(text));
        Assert.True(TimeText.TryParseDuration(text, out var tried));
        Assert.Equal(TimeText.ParseDuration(text), tried);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("  ", "it is empty")]
    [InlineData("-5s", "it is negative")]
    [InlineData("s", "does not start with a number")]
    [InlineData("5x", "'x' is not a unit")]
    [InlineData("1h30", "30 has no unit")]
    [InlineData("30 1h", "30 has no unit")]
    [InlineData("30m1h", "in descending order")]
    [InlineData("1h1h", "in descending order")]
    [InlineData("1..5s", "1 has no unit")]
    [InlineData("1,5s", "1 has no unit")]
    [InlineData("1e3s", "'e' is not a unit")]
    [InlineData("٣s", "does not start with a number")]
    [InlineData("99999999999d", "longer than 10,675,199 days")]
    [InlineData("10675199d24h", "longer than 10,675,199 days")]
    [InlineData("99999999999999999999999999999999999999", "longer than 10,675,199 days")]
    public void ParseDuration_Otherwise_SaysWhyAndWhatWouldDo(string text, string reason)
    {
        var error = Assert.Throws<FormatException>(() => TimeText.ParseDuration(text));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("1h30m", error.Message, StringComparison.Ordinal);
        Assert.False(TimeText.TryParseDuration(text, out _));
    }

    [Fact]
    public void ParseDuration_VeryLongText_IsRefusedAndNotRepeated()
    {
        var error = Assert.Throws<FormatException>(() => TimeText.ParseDuration(new string('9', 100_000)));

        Assert.InRange(error.Message.Length, 1, 300);
        Assert.False(TimeText.TryParseDuration(null, out _));
    }

    [Theory]
    [InlineData("now", "2026-05-06T12:30:00Z")]
    [InlineData("90", "2026-05-06T12:31:30Z")]
    [InlineData("500ms", "2026-05-06T12:30:00.5Z")]
    [InlineData("1h30m", "2026-05-06T14:00:00Z")]
    [InlineData("+2d", "2026-05-08T12:30:00Z")]
    [InlineData("today", "2026-05-05T22:00:00Z")]
    [InlineData("today 18:00", "2026-05-06T16:00:00Z")]
    [InlineData("tomorrow", "2026-05-06T22:00:00Z")]
    [InlineData("tomorrow 09:00", "2026-05-07T07:00:00Z")]
    [InlineData("Tomorrow  9:00", "2026-05-07T07:00:00Z")]
    [InlineData("tomorrow 09:00:30", "2026-05-07T07:00:30Z")]
    [InlineData("monday 18:30", "2026-05-11T16:30:00Z")]
    [InlineData("Mon 18:30", "2026-05-11T16:30:00Z")]
    [InlineData("monday", "2026-05-10T22:00:00Z")]
    [InlineData("sunday", "2026-05-09T22:00:00Z")]
    [InlineData("wednesday 15:00", "2026-05-06T13:00:00Z")]
    [InlineData("wednesday 14:30", "2026-05-13T12:30:00Z")]
    [InlineData("wednesday", "2026-05-12T22:00:00Z")]
    [InlineData("14:31", "2026-05-06T12:31:00Z")]
    [InlineData("14:30", "2026-05-07T12:30:00Z")]
    [InlineData("09:00", "2026-05-07T07:00:00Z")]
    [InlineData("2030-01-31", "2030-01-30T23:00:00Z")]
    [InlineData("2030-01-31T09:00", "2030-01-31T08:00:00Z")]
    [InlineData("2030-01-31 09:00", "2030-01-31T08:00:00Z")]
    [InlineData("2030-07-31T09:00:15", "2030-07-31T07:00:15Z")]
    [InlineData("2030-01-31T09:00:00Z", "2030-01-31T09:00:00Z")]
    [InlineData("2030-01-31T09:00Z", "2030-01-31T09:00:00Z")]
    [InlineData("2030-01-31T09:00:00.123+02:00", "2030-01-31T07:00:00.123Z")]
    [InlineData("2030-01-31t09:00:00.123456789z", "2030-01-31T09:00:00.1234567Z")]
    [InlineData("2030-01-31T09:00:00-0530", "2030-01-31T14:30:00Z")]
    [InlineData("2030-01-31 09:00:00 +05", "2030-01-31T04:00:00Z")]
    [InlineData("1999-12-31", "1999-12-30T23:00:00Z")]
    public void ParseTime_WellWritten_IsThePoint(string text, string expected) =>
        Assert.Equal(Utc(expected), TimeText.ParseTime(text, ClockChanges.At(Now)));

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("soon", "'soon' is not a day")]
    [InlineData("tomorrow noon", "only a clock time such as 09:00 can follow 'tomorrow'")]
    [InlineData("tomorrow 25:00", "only a clock time such as 09:00 can follow 'tomorrow'")]
    [InlineData("tomorrow 09:00 UTC", "only a clock time such as 09:00 can follow 'tomorrow'")]
    [InlineData("-2h", "it is in the past")]
    [InlineData("2030-02-30", "2030-02-30 is not a valid date")]
    [InlineData("2030-01-31T24:00", "24:00 is not a valid time of day")]
    [InlineData("2030-01-31T09:61", "09:61 is not a valid time of day")]
    [InlineData("2030-01-31T09:00:00+15:00", "+15:00 is not a valid offset")]
    [InlineData("2030-01-31T09:00:00+02:99", "+02:99 is not a valid offset")]
    [InlineData("0001-01-01", "outside the years 1 to 9999")]
    [InlineData("9999-12-31T23:00:00-05:00", "outside the years 1 to 9999")]
    [InlineData("1000000w", "outside the years 1 to 9999")]
    [InlineData("2030-1-31", "the format is not recognized")]
    [InlineData("31.01.2030", "the format is not recognized")]
    [InlineData("2030-01-31T09:00.5", "the format is not recognized")]
    [InlineData("9 apples", "'apples' is not a unit")]
    public void ParseTime_Otherwise_SaysWhyAndWhatWouldDo(string text, string reason)
    {
        var error = Assert.Throws<FormatException>(() => TimeText.ParseTime(text, ClockChanges.At(Now)));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("tomorrow 09:00", error.Message, StringComparison.Ordinal);
        Assert.False(TimeText.TryParseTime(text, ClockChanges.At(Now), null, out _));
    }

    [Theory]
    [InlineData("2026-03-29T01:59", "2026-03-29T00:59:00Z")]
    [InlineData("2026-03-29T02:00", "2026-03-29T01:00:00Z")]
    [InlineData("2026-03-29T02:30", "2026-03-29T01:30:00Z")]
    [InlineData("2026-03-29T03:30", "2026-03-29T01:30:00Z")]
    public void ParseTime_SkippedByTheClock_IsMovedOnByTheGap(string text, string expected) =>
        Assert.Equal(Utc(expected), TimeText.ParseTime(text, ClockChanges.At(Now)));

    [Theory]
    [InlineData("2026-10-25T01:59", "2026-10-24T23:59:00Z")]
    [InlineData("2026-10-25T02:30", "2026-10-25T00:30:00Z")]
    [InlineData("2026-10-25T03:00", "2026-10-25T02:00:00Z")]
    public void ParseTime_ComesTwice_IsTheFirst(string text, string expected) =>
        Assert.Equal(Utc(expected), TimeText.ParseTime(text, ClockChanges.At(Now)));

    [Fact]
    public void ParseTime_DayOfTheChange_IsALocalDay() =>
        // 25 hours from midnight to midnight, and still "tomorrow".
        Assert.Equal(Utc("2026-10-25T23:00:00Z"), TimeText.ParseTime("tomorrow", ClockChanges.At("2026-10-24T22:30:00Z")));

    [Fact]
    public void ParseTime_MidnightIsSkipped_BeginsWithTheFirstMomentOfTheDay() =>
        Assert.Equal(Utc("2026-03-29T03:00:00Z"), TimeText.ParseTime("2026-03-29", ClockChanges.At(Now), ClockChanges.ZoneWithoutMidnight));

    [Fact]
    public void ParseTime_AnotherZone_GoesBeforeTheLocalOne() =>
        Assert.Equal(Utc("2026-05-07T09:00:00Z"), TimeText.ParseTime("tomorrow 09:00", ClockChanges.At(Now), TimeZoneInfo.Utc));

    [Fact]
    public void ParseTime_OtherCulture_MakesNoDifference()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NegativeSign = "~" } };
        try
        {
            Assert.Equal(TimeSpan.FromMilliseconds(200), TimeText.ParseDuration("0.2s"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}

using System.Globalization;
using DurableQueue.Schedules;
using Xunit;

namespace DurableQueue.Tests.Schedules;

public sealed class ZoneClockTests
{
    private static readonly ZoneClock Berlin = ZoneClock.Find("Europe/Berlin");

    [Theory]

    // Europe/Berlin: 2026-03-29 02:00 CET -> 03:00 CEST at 01:00Z; 2026-10-25 03:00 CEST -> 02:00 CET at 01:00Z.
    [InlineData("2026-03-29T00:59:59", "2026-03-29T01:59:59", 1)]
    [InlineData("2026-03-29T01:00:00", "2026-03-29T03:00:00", 2)]
    [InlineData("2026-10-25T00:59:59", "2026-10-25T02:59:59", 2)]
    [InlineData("2026-10-25T01:00:00", "2026-10-25T02:00:00", 1)]
    public void ToLocal_AroundAChange_IsWhatTheClocksShow(string moment, string local, int offset)
    {
        Assert.Equal(DateTime.Parse(local, CultureInfo.InvariantCulture), Berlin.ToLocal(At(moment)));
        Assert.Equal(offset * 3_600_000, Berlin.OffsetMs(At(moment)));
        Assert.Equal((At(moment), TimeSpan.FromHours(offset)), (Berlin.Show(At(moment)).ToUnixTimeMilliseconds(), Berlin.Show(At(moment)).Offset));
    }

    [Theory]
    [InlineData("2026-03-28T00:00:00", "2026-03-30T00:00:00", "2026-03-29T01:00:00")]
    [InlineData("2026-01-01T00:00:00", "2026-12-31T00:00:00", "2026-03-29T01:00:00")]
    [InlineData("2026-03-29T01:00:00", "2026-12-31T00:00:00", "2026-10-25T01:00:00")]
    [InlineData("2026-03-29T00:59:59", "2026-03-29T01:00:00", "2026-03-29T01:00:00")]
    [InlineData("2026-03-29T00:59:59.500", "2026-03-29T01:00:00.500", "2026-03-29T01:00:00")]
    [InlineData("2026-03-29T01:00:00", "2026-10-25T00:59:59", null)]
    [InlineData("2026-03-29T01:00:00", "2026-03-29T01:00:00", null)]
    [InlineData("2026-03-29T02:00:00", "2026-03-29T00:00:00", null)]
    public void FindChange_Span_IsTheFirstAfterItsBeginning(string after, string through, string? expected) =>
        Assert.Equal(expected is null ? null : At(expected), Berlin.FindChange(At(after), At(through)));

    [Theory]
    [InlineData("2026-10-25T00:59:59", false)]
    [InlineData("2026-10-25T01:00:00", true)]
    [InlineData("2026-10-25T01:59:59", true)]
    [InlineData("2026-10-25T02:00:00", false)]
    [InlineData("2026-10-26T01:30:00", false)]
    [InlineData("2026-03-29T01:00:00", false)]
    [InlineData("2026-03-29T01:30:00", false)]
    public void IsSecondTime_ClocksSetBack_IsTheHourThatComesTwice(string moment, bool expected) => Assert.Equal(expected, Berlin.IsSecondTime(At(moment)));

    [Theory]
    [InlineData("UTC", 0)]
    [InlineData("Etc/GMT-5", 5)]
    [InlineData("Asia/Kolkata", 5.5)]
    public void FindChange_ZoneThatNeverChanges_IsNone(string name, double offset)
    {
        var clock = ZoneClock.Find(name);

        Assert.Null(clock.FindChange(At("2026-01-01T00:00:00"), At("2027-01-01T00:00:00")));
        Assert.False(clock.IsSecondTime(At("2026-10-25T01:30:00")));
        Assert.Equal(offset, TimeSpan.FromMilliseconds(clock.OffsetMs(At("2026-07-01T00:00:00"))).TotalHours);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("Europe/Berlin ", false)]
    [InlineData("../../etc/passwd", false)]
    [InlineData("W. Europe Standard Time", false)]
    [InlineData("A123456789012345678901234567890123456789012345678901234567890123/", false)]
    [InlineData("A12345678901234567890123456789012345678901234567890123456789/123", true)]
    [InlineData("Mars/Base", true)]
    public void Find_UnknownZone_SaysWhatIsWrong(string name, bool looksLikeAZone)
    {
        var error = Assert.Throws<ArgumentException>(() => ZoneClock.Find(name));

        var why = looksLikeAZone
            ? "it is unknown on this machine. On Linux, install the package tzdata; on Windows, IANA names need ICU."
            : "it must be an IANA name such as Europe/Berlin.";
        Assert.Equal($"The time zone '{name}' is not valid: {why} (Parameter 'TimeZone')", error.Message);
        Assert.Equal(looksLikeAZone, error.InnerException is not null);
    }

    private static long At(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();
}

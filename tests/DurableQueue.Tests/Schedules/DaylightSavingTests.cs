using System.Globalization;
using DurableQueue.Schedules;
using Xunit;

namespace DurableQueue.Tests.Schedules;

/// <summary>
/// Occurrences over the changes of the clocks, against instants that were worked out by hand from the published dates of the changes. Each row gives
/// the moment after which to look, in UTC, and the moments that follow.
/// </summary>
public sealed class DaylightSavingTests
{
    // Europe/Berlin: 2026-03-29 02:00 CET -> 03:00 CEST at 01:00Z; 2026-10-25 03:00 CEST -> 02:00 CET at 01:00Z.
    [Theory]
    [InlineData("fixed, in the gap: at the change, once", "30 2 * * *", "2026-03-27T12:00", "2026-03-28T01:30,2026-03-29T01:00,2026-03-30T00:30")]
    [InlineData("several fixed ones in the gap: once", "0,15,45 2 * * *", "2026-03-28T12:00", "2026-03-29T01:00,2026-03-30T00:00,2026-03-30T00:15")]
    [InlineData("in the gap and right behind it: once", "30 2,3 * * *", "2026-03-28T12:00", "2026-03-29T01:00,2026-03-29T01:30,2026-03-30T00:30")]
    [InlineData("at the first moment of the gap", "0 2 * * *", "2026-03-28T12:00", "2026-03-29T01:00,2026-03-30T00:00")]
    [InlineData("at the end of the gap", "0 3 * * *", "2026-03-28T12:00", "2026-03-29T01:00,2026-03-30T01:00")]
    [InlineData("before the gap", "59 1 * * *", "2026-03-28T12:00", "2026-03-29T00:59,2026-03-29T23:59")]
    [InlineData("interval over the gap", "*/30 * * * *", "2026-03-29T00:00", "2026-03-29T00:30,2026-03-29T01:00,2026-03-29T01:30,2026-03-29T02:00")]
    [InlineData("hourly at half past, its time in the gap is at the change", "30 * * * *", "2026-03-29T00:00", "2026-03-29T00:30,2026-03-29T01:00,2026-03-29T01:30,2026-03-29T02:30")]
    [InlineData("only on the day of the gap", "30 2 29 3 *", "2026-01-01T00:00", "2026-03-29T01:00,2027-03-29T00:30")]
    [InlineData("fixed, in the overlap: the first only", "30 2 * * *", "2026-10-24T12:00", "2026-10-25T00:30,2026-10-26T01:30")]
    [InlineData("fixed, asked for between the two", "30 2 * * *", "2026-10-25T00:45", "2026-10-26T01:30")]
    [InlineData("several fixed ones in the overlap", "0,30 2 * * *", "2026-10-24T12:00", "2026-10-25T00:00,2026-10-25T00:30,2026-10-26T01:00")]
    [InlineData("fixed, at the end of the overlap", "0 3 * * *", "2026-10-24T12:00", "2026-10-25T02:00,2026-10-26T02:00")]
    [InlineData("interval of minutes, in the overlap: both", "*/30 2 * * *", "2026-10-24T12:00", "2026-10-25T00:00,2026-10-25T00:30,2026-10-25T01:00,2026-10-25T01:30,2026-10-26T01:00")]
    [InlineData("interval of hours, in the overlap: both", "30 * * * *", "2026-10-24T23:00", "2026-10-24T23:30,2026-10-25T00:30,2026-10-25T01:30,2026-10-25T02:30")]
    [InlineData("range of hours over the overlap", "0 1-3 * * *", "2026-10-24T12:00", "2026-10-24T23:00,2026-10-25T00:00,2026-10-25T01:00,2026-10-25T02:00,2026-10-26T00:00")]
    [InlineData("@daily is fixed", "@daily", "2026-10-24T00:00", "2026-10-24T22:00,2026-10-25T23:00")]
    [InlineData("@hourly is an interval", "@hourly", "2026-10-25T00:30", "2026-10-25T01:00,2026-10-25T02:00")]
    [InlineData("seconds", "30 59 1 * * *", "2026-03-28T12:00", "2026-03-29T00:59:30,2026-03-29T23:59:30")]
    [InlineData("half-seconds in between do not count twice", "* * * * * *", "2026-10-25T00:59:59.500", "2026-10-25T01:00:00,2026-10-25T01:00:01")]
    public void Berlin(string what, string expression, string after, string expected) => Check("Europe/Berlin", what, expression, after, expected);

    // America/New_York: 2026-03-08 02:00 EST -> 03:00 EDT at 07:00Z; 2026-11-01 02:00 EDT -> 01:00 EST at 06:00Z.
    [Theory]
    [InlineData("fixed, in the gap", "30 2 * * *", "2026-03-07T12:00", "2026-03-08T07:00,2026-03-09T06:30")]
    [InlineData("weekdays only: the gap is on a Sunday", "30 2 * * MON-FRI", "2026-03-06T12:00", "2026-03-09T06:30,2026-03-10T06:30")]
    [InlineData("interval over the gap", "*/20 1-3 * * *", "2026-03-08T06:30", "2026-03-08T06:40,2026-03-08T07:00,2026-03-08T07:20,2026-03-08T07:40,2026-03-09T05:00")]
    [InlineData("fixed, in the overlap", "15 1 * * *", "2026-10-31T12:00", "2026-11-01T05:15,2026-11-02T06:15")]
    [InlineData("interval in the overlap", "*/30 1 * * *", "2026-10-31T12:00", "2026-11-01T05:00,2026-11-01T05:30,2026-11-01T06:00,2026-11-01T06:30,2026-11-02T06:00")]
    [InlineData("the first minute behind the overlap", "0 2 * * *", "2026-10-31T12:00", "2026-11-01T07:00,2026-11-02T07:00")]
    [InlineData("monthly", "0 0 1 * *", "2026-02-15T00:00", "2026-03-01T05:00,2026-04-01T04:00,2026-05-01T04:00")]
    public void NewYork(string what, string expression, string after, string expected) => Check("America/New_York", what, expression, after, expected);

    // Australia/Lord_Howe changes by half an hour: 2026-04-05 02:00 +11 -> 01:30 +10:30 at 15:00Z of the 4th; 2026-10-04 02:00 +10:30 -> 02:30 +11 at
    // 15:30Z of the 3rd.
    [Theory]
    [InlineData("fixed, in the gap of half an hour", "15 2 * * *", "2026-10-02T00:00", "2026-10-02T15:45,2026-10-03T15:30,2026-10-04T15:15")]
    [InlineData("right behind that gap", "45 2 * * *", "2026-10-03T00:00", "2026-10-03T15:45,2026-10-04T15:45")]
    [InlineData("interval over that gap", "*/15 * * * *", "2026-10-03T15:00", "2026-10-03T15:15,2026-10-03T15:30,2026-10-03T15:45,2026-10-03T16:00")]
    [InlineData("fixed, in the overlap of half an hour", "45 1 * * *", "2026-04-03T18:00", "2026-04-04T14:45,2026-04-05T15:15")]
    [InlineData("fixed, before that overlap", "15 1 * * *", "2026-04-03T18:00", "2026-04-04T14:15,2026-04-05T14:45")]
    [InlineData("interval in that overlap: both", "*/15 1 * * *", "2026-04-04T14:00", "2026-04-04T14:15,2026-04-04T14:30,2026-04-04T14:45,2026-04-04T15:00,2026-04-04T15:15,2026-04-05T14:30")]
    public void LordHowe(string what, string expression, string after, string expected) => Check("Australia/Lord_Howe", what, expression, after, expected);

    // Asia/Kolkata has had +05:30 all the year since 1945.
    [Theory]
    [InlineData("fixed", "30 2 * * *", "2026-03-28T12:00", "2026-03-28T21:00,2026-03-29T21:00,2026-03-30T21:00")]
    [InlineData("interval", "*/30 2 * * *", "2026-10-24T12:00", "2026-10-24T20:30,2026-10-24T21:00,2026-10-25T20:30")]
    [InlineData("leap day", "0 0 29 2 *", "2026-01-01T00:00", "2028-02-28T18:30,2032-02-28T18:30")]
    [InlineData("day of month and day of week must both match", "0 12 13 * FRI", "2026-01-01T00:00", "2026-02-13T06:30,2026-03-13T06:30,2026-11-13T06:30")]
    [InlineData("Sunday is 7 as well", "0 12 * * 7", "2026-01-01T00:00", "2026-01-04T06:30,2026-01-11T06:30")]
    [InlineData("a range up to Sunday", "0 12 * * 6-7", "2026-01-01T00:00", "2026-01-03T06:30,2026-01-04T06:30,2026-01-10T06:30")]
    public void Kolkata(string what, string expression, string after, string expected) => Check("Asia/Kolkata", what, expression, after, expected);

    // Europe/Dublin calls its summer time the standard: 2026-03-29 01:00 GMT -> 02:00 IST at 01:00Z; 2026-10-25 02:00 IST -> 01:00 GMT at 01:00Z.
    [Theory]
    [InlineData("fixed, in the gap", "30 1 * * *", "2026-03-28T12:00", "2026-03-29T01:00,2026-03-30T00:30")]
    [InlineData("fixed, in the overlap", "30 1 * * *", "2026-10-24T12:00", "2026-10-25T00:30,2026-10-26T01:30")]
    [InlineData("interval over the gap", "19/33 * 30,6 * *", "2031-03-30T00:52", "2031-03-30T01:00,2031-03-30T01:19")]
    public void Dublin(string what, string expression, string after, string expected) => Check("Europe/Dublin", what, expression, after, expected);

    // Pacific/Apia left out the whole of 2011-12-30: 24:00 of the 29th, -10, was 00:00 of the 31st, +14, at 10:00Z.
    [Fact]
    public void Apia_DayThatNeverWas_FiresOnceAtTheChange() =>
        Check("Pacific/Apia", "noon", "0 12 * * *", "2011-12-29T00:00", "2011-12-29T22:00,2011-12-30T10:00,2011-12-30T22:00");

    // America/Sao_Paulo changed at midnight: 2018-11-04 00:00 -03 -> 01:00 -02 at 03:00Z; 2018-02-18 00:00 -02 -> 23:00 -03 of the 17th at 02:00Z.
    [Fact]
    public void SaoPaulo_ChangesAtMidnight_KeepDaysApart()
    {
        Check("America/Sao_Paulo", "gap at midnight", "@daily", "2018-11-03T12:00", "2018-11-04T03:00,2018-11-05T02:00");
        Check("America/Sao_Paulo", "overlap before midnight", "30 23 * * *", "2018-02-17T12:00", "2018-02-18T01:30,2018-02-19T02:30");
        Check("America/Sao_Paulo", "overlap before midnight", "@daily", "2018-02-17T12:00", "2018-02-18T03:00,2018-02-19T03:00");
    }

    private static void Check(string zone, string what, string expression, string after, string expected)
    {
        var times = ScheduleTimes.Of(new NewSchedule("table", expression, new NewTask("a")) { TimeZone = zone }, 0);
        var moments = expected.Split(',');
        var at = Parse(after);
        var found = new List<string>();
        for (var i = 0; i < moments.Length; i++)
        {
            at = times.Next(at)!.Value;
            found.Add(Show(at));
        }

        Assert.True(moments.Select(moment => Show(Parse(moment))).SequenceEqual(found), $"{what}: {expression} in {zone} gives {string.Join(", ", found)}");
    }

    private static long Parse(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();

    private static string Show(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture);
}

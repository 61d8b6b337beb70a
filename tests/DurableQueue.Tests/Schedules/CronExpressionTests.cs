using System.Globalization;
using DurableQueue.Schedules;
using Xunit;

namespace DurableQueue.Tests.Schedules;

/// <summary>What an expression names on a clock that never changes, and what users read about one that is not valid.</summary>
public sealed class CronExpressionTests
{
    [Theory]

    // 2026-01-01 is a Thursday.
    [InlineData("@yearly", "2026-02-03T10:20:30", "2027-01-01T00:00:00")]
    [InlineData("@annually", "2026-01-01T00:00:00", "2027-01-01T00:00:00")]
    [InlineData("@monthly", "2026-02-03T10:20:30", "2026-03-01T00:00:00")]
    [InlineData("@weekly", "2026-01-01T00:00:00", "2026-01-04T00:00:00")]
    [InlineData("@daily", "2026-02-28T10:20:30", "2026-03-01T00:00:00")]
    [InlineData("@midnight", "2026-02-03T00:00:00", "2026-02-04T00:00:00")]
    [InlineData("@hourly", "2026-02-03T10:20:30", "2026-02-03T11:00:00")]
    [InlineData(" @Daily ", "2026-02-03T10:20:30", "2026-02-04T00:00:00")]

    // Five fields begin with the minute, six with the second.
    [InlineData("15 10 * * *", "2026-02-03T10:14:59", "2026-02-03T10:15:00")]
    [InlineData("15 10 * * *", "2026-02-03T10:15:00", "2026-02-04T10:15:00")]
    [InlineData("\t15   10 *\t* * ", "2026-02-03T10:14:59", "2026-02-03T10:15:00")]
    [InlineData("30 15 10 * * *", "2026-02-03T10:15:00", "2026-02-03T10:15:30")]
    [InlineData("30 15 10 * * *", "2026-02-03T10:15:30", "2026-02-04T10:15:30")]

    // The next second, minute, hour, day, month and year.
    [InlineData("10,40 * * * * *", "2026-02-03T10:15:10", "2026-02-03T10:15:40")]
    [InlineData("10,40 * * * * *", "2026-02-03T10:15:40", "2026-02-03T10:16:10")]
    [InlineData("10 15,45 * * * *", "2026-02-03T10:15:30", "2026-02-03T10:45:10")]
    [InlineData("10 15,45 * * * *", "2026-02-03T10:50:00", "2026-02-03T11:15:10")]
    [InlineData("10 15 8,20 * * *", "2026-02-03T08:50:00", "2026-02-03T20:15:10")]
    [InlineData("59 59 23 * * *", "2026-02-28T23:59:59", "2026-03-01T23:59:59")]
    [InlineData("5 20 * * *", "2026-02-03T22:00:00", "2026-02-04T20:05:00")]
    [InlineData("0 0 31 * *", "2026-04-30T00:00:00", "2026-05-31T00:00:00")]
    [InlineData("0 0 1 3,9 *", "2026-03-01T00:00:00", "2026-09-01T00:00:00")]
    [InlineData("0 0 1 3,9 *", "2026-10-15T00:00:00", "2027-03-01T00:00:00")]
    [InlineData("0 0 31 1 *", "2026-01-31T00:00:00", "2027-01-31T00:00:00")]
    [InlineData("0 0 * 12 *", "2026-12-31T00:00:00", "2027-12-01T00:00:00")]

    // Day of the month and day of the week must both match.
    [InlineData("0 0 13 * FRI", "2026-01-01T00:00:00", "2026-02-13T00:00:00")]
    [InlineData("0 0 * * MON", "2026-01-05T00:00:00", "2026-01-12T00:00:00")]
    [InlineData("0 0 29 2 MON", "2026-01-01T00:00:00", "2044-02-29T00:00:00")]
    public void Next_AfterATime_IsTheFirstThatIsNamed(string expression, string after, string expected)
    {
        Assert.Equal(expected, Show(CronExpression.Parse(expression).Next(At(after))));

        // Half a second earlier makes no difference, unless the time itself is named.
        var earlier = CronExpression.Parse(expression).Next(At(after).AddMilliseconds(-500));
        Assert.True(earlier == At(after) || Show(earlier) == expected);
    }

    [Theory]
    [InlineData("0 0 29 2 *", "2096-03-01T00:00:00", "2104-02-29T00:00:00")]
    [InlineData("0 0 29 2 SAT", "2076-03-01T00:00:00", "2116-02-29T00:00:00")]
    [InlineData("0 0 30 2 *", "2026-01-01T00:00:00", null)]
    [InlineData("0 0 31 6,11 *", "2026-01-01T00:00:00", null)]
    [InlineData("0 0 * * *", "9999-11-28T12:00:00", "9999-11-29T00:00:00")]
    [InlineData("0 0 * * *", "9999-11-29T00:00:00", null)]
    [InlineData("0 0 29 2 *", "9996-03-01T00:00:00", null)]
    public void Next_RareDay_IsSearchedFor50YearsAndUpToTheEndOfTheCalendar(string expression, string after, string? expected) =>
        Assert.Equal(expected, CronExpression.Parse(expression).Next(At(after)) is { } next ? Show(next) : null);

    [Theory]
    [InlineData("30 15 10 * * *", false)]
    [InlineData("0,30 2,3 * * *", false)]
    [InlineData("@daily", false)]
    [InlineData("0 3 1-7 */2 MON-FRI", false)]
    [InlineData("@hourly", true)]
    [InlineData("* 3 * * *", true)]
    [InlineData("0 1-3 * * *", true)]
    [InlineData("*/10 3 * * *", true)]
    [InlineData("5/10 3 * * *", true)]
    [InlineData("* 0 3 * * *", true)]
    [InlineData("0-5 0 3 * * *", true)]
    public void IsInterval_SecondMinuteOrHourIsNotFixed(string expression, bool expected) =>
        Assert.Equal(expected, CronExpression.Parse(expression).IsInterval);

    [Theory]
    [InlineData("", "The expression '' is not valid: it has 0 fields; use five, or six with seconds.")]
    [InlineData("* * * *", "The expression '* * * *' is not valid: it has 4 fields; use five, or six with seconds.")]
    [InlineData("* * * * * * *", "The expression '* * * * * * *' is not valid: it has 7 fields; use five, or six with seconds.")]
    [InlineData(
        "@reboot",
        "The expression '@reboot' is not valid: the names are @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly and @every.")]
    [InlineData("60 * * * *", "The expression '60 * * * *' is not valid: '60' is not a valid minute; use 0 to 59.")]
    [InlineData("60 * * * * *", "The expression '60 * * * * *' is not valid: '60' is not a valid second; use 0 to 59.")]
    [InlineData("* 24 * * *", "The expression '* 24 * * *' is not valid: '24' is not a valid hour; use 0 to 23.")]
    [InlineData("* * 0 * *", "The expression '* * 0 * *' is not valid: '0' is not a valid day of the month; use 1 to 31.")]
    [InlineData("* * 32 * *", "The expression '* * 32 * *' is not valid: '32' is not a valid day of the month; use 1 to 31.")]
    [InlineData("* * * 13 *", "The expression '* * * 13 *' is not valid: '13' is not a valid month; use 1 to 12, or JAN to DEC.")]
    [InlineData("* * * * 8", "The expression '* * * * 8' is not valid: '8' is not a valid day of the week; use 0 to 7, or SUN to SAT.")]
    [InlineData("*/0 * * * *", "The expression '*/0 * * * *' is not valid: the step of '*/0' must be a number of at least 1.")]
    [InlineData("1-2-3 * * * *", "The expression '1-2-3 * * * *' is not valid: '1-2-3' is not a range.")]
    [InlineData("0 22-2 * * *", "The expression '0 22-2 * * *' is not valid: the range of '22-2' runs backwards; write two, such as 22-23,0-2.")]
    public void Parse_NotValid_SaysWhatIsWrong(string expression, string message)
    {
        var error = Assert.Throws<ArgumentException>(() => CronExpression.Parse(expression));

        Assert.Equal($"{message} (Parameter 'Expression')", error.Message);
    }

    private static DateTime At(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture);

    private static string Show(DateTime? time) => time!.Value.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}

using DurableQueue.Schedules;
using Xunit;

namespace DurableQueue.Tests.Schedules;

/// <summary>Each text with the values that cron, and Cronos 0.13.0 where it takes the text, mean by it.</summary>
public sealed class CronFieldTests
{
    [Theory]
    [InlineData("*", "0,1,2,3,4,5,6")]
    [InlineData("*/2", "0,2,4,6")]
    [InlineData("0", "0")]
    [InlineData("7", "0")]
    [InlineData("SUN", "0")]
    [InlineData("SUN,7", "0")]
    [InlineData("7-7", "0")]
    [InlineData("SUN-SUN", "0")]
    [InlineData("7-SUN", "0")]
    [InlineData("MON-SUN", "0,1,2,3,4,5,6")]
    [InlineData("FRI-SUN", "0,5,6")]
    [InlineData("fri-sun", "0,5,6")]
    [InlineData("SAT-SUN", "0,6")]
    [InlineData("sun-7", "0,1,2,3,4,5,6")]
    [InlineData("0-7", "0,1,2,3,4,5,6")]
    [InlineData("5-7", "0,5,6")]
    [InlineData("fri-7", "0,5,6")]
    [InlineData("SUN-WED", "0,1,2,3")]
    [InlineData("MON-FRI", "1,2,3,4,5")]
    [InlineData("MON-5", "1,2,3,4,5")]
    [InlineData("1-fRi", "1,2,3,4,5")]
    [InlineData("7/2", "0")]
    [InlineData("6/1", "0,6")]
    [InlineData("0/2", "0,2,4,6")]
    [InlineData("1/2", "0,1,3,5")]
    [InlineData("MON/2", "0,1,3,5")]
    [InlineData("sun/3", "0,3,6")]
    [InlineData("2/3", "2,5")]
    [InlineData("1-7/3", "0,1,4")]
    [InlineData("MON-SUN/2", "0,1,3,5")]
    [InlineData("Monday-Friday/2", "1,3,5")]
    [InlineData("sunday", "0")]
    [InlineData("mon,wed,FRI", "1,3,5")]
    public void Parse_DayOfWeek_NamesWhatCronMeans(string text, string values) => Assert.Equal(values, ValuesOf(CronField.DayOfWeek, text));

    [Theory]
    [InlineData("JAN", "1")]
    [InlineData("jan-mar", "1,2,3")]
    [InlineData("Jun/3", "6,9,12")]
    [InlineData("6/4", "6,10")]
    [InlineData("dec", "12")]
    [InlineData("september", "9")]
    [InlineData("MAY,may,5", "5")]
    [InlineData("1-DEC/6", "1,7")]
    [InlineData("*/5", "1,6,11")]
    public void Parse_Month_NamesWhatCronMeans(string text, string values) => Assert.Equal(values, ValuesOf(CronField.Month, text));

    [Theory]
    [InlineData("07", "7")]
    [InlineData("50/4", "50,54,58")]
    [InlineData("*/25", "0,25,50")]
    [InlineData("0-59/20", "0,20,40")]
    [InlineData("1-5/9", "1")]
    [InlineData("5/100", "5")]
    [InlineData("5/2147483647", "5")]
    [InlineData("59,0,59", "0,59")]
    [InlineData("1-3,2-4", "1,2,3,4")]
    public void Parse_Minute_NamesWhatCronMeans(string text, string values) => Assert.Equal(values, ValuesOf(CronField.Minute, text));

    [Fact]
    public void Parse_StartWithStep_GoesToTheEnd() =>
        Assert.Equal(Enumerable.Range(0, 27).Select(step => 7 + (2 * step)), Enumerable.Range(0, 60).Where(value => CronField.Minute.Parse("7/2")[value]));

    [Theory]
    [InlineData("T", "'T' is not a valid day of the week; use 0 to 7, or SUN to SAT.")]
    [InlineData("S", "'S'")]
    [InlineData("Tu", "'Tu'")]
    [InlineData("Tues", "'Tues'")]
    [InlineData("JAN", "'JAN'")]
    [InlineData("8", "'8' is not a valid day of the week")]
    [InlineData("", "'' is not a valid day of the week")]
    [InlineData("1,,2", "''")]
    [InlineData("MON,T", "'T'")]
    [InlineData("M-F", "'M'")]
    [InlineData("MON-", "''")]
    [InlineData("-3", "''")]
    [InlineData("+3", "'+3'")]
    [InlineData("1-2-3", "'1-2-3' is not a range.")]
    [InlineData("*-3", "'*'")]
    [InlineData("**", "'**'")]
    [InlineData("?", "'?'")]
    [InlineData("L", "'L'")]
    [InlineData("5L", "'5L'")]
    [InlineData("FRI#2", "'FRI#2'")]
    [InlineData("1/0", "the step of '1/0' must be a number of at least 1.")]
    [InlineData("1/x", "the step of '1/x'")]
    [InlineData("1/2/3", "the step of '1/2/3'")]
    [InlineData("/2", "''")]
    [InlineData("FRI-MON", "the range of 'FRI-MON' runs backwards")]
    [InlineData("5-0", "runs backwards")]
    [InlineData("7-3", "runs backwards")]
    public void Parse_DayOfWeekThatIsNone_SaysWhat(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => CronField.DayOfWeek.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("J")]
    [InlineData("Ju")]
    [InlineData("Sept")]
    [InlineData("MON")]
    [InlineData("0")]
    [InlineData("13")]
    [InlineData("NOV-FEB")]
    public void Parse_MonthThatIsNone_IsRefused(string text) => Assert.Throws<FormatException>(() => CronField.Month.Parse(text));

    private static string ValuesOf(CronField field, string text) =>
        string.Join(',', field.Parse(text).Select((named, value) => (named, value)).Where(pair => pair.named).Select(pair => pair.value));
}

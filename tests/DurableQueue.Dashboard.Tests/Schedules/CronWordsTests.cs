using DurableQueue.Dashboard.Schedules;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Schedules;

public sealed class CronWordsTests
{
    [Theory]
    [InlineData("@every 1h30m", "every 1h30m")]
    [InlineData("@hourly", "every hour")]
    [InlineData("@daily", "every day at 00:00")]
    [InlineData("@weekly", "at 00:00, Sunday")]
    [InlineData("@yearly", "at 00:00, on day 1 of the month, in January")]
    [InlineData("* * * * *", "every minute")]
    [InlineData("*/5 * * * *", "every 5 minutes")]
    [InlineData("*/5 9-17 * * 1-5", "every 5 minutes from 09:00 to 18:00, Monday to Friday")]
    [InlineData("15 * * * *", "every hour at minute 15")]
    [InlineData("0 */6 * * *", "every 6 hours")]
    [InlineData("30 */6 * * *", "every 6 hours at minute 30")]
    [InlineData("30 2 * * MON-FRI", "at 02:30, Monday to Friday")]
    [InlineData("0 8,12,18 * * *", "every day at 08:00, 12:00 and 18:00")]
    [InlineData("0 9 * * SAT,SUN", "at 09:00, Saturday and Sunday")]
    [InlineData("0 9 1,15 * *", "at 09:00, on day 1 and 15 of the month")]
    [InlineData("0 9 13 * FRI", "at 09:00, on day 13 of the month, if it is a Friday")]
    [InlineData("0 0 1 1-3 *", "at 00:00, on day 1 of the month, in January to March")]
    [InlineData("*/10 * * * * *", "every 10 seconds")]
    [InlineData("0,30 * * * *", "at minute 0 and 30")]
    [InlineData("0 0 2 * * *", "every day at 02:00")]
    [InlineData("5 2,3,4,5,6 * * *", "at minute 5 from 02:00 to 07:00")]
    [InlineData("not cron", "not cron")]
    [InlineData("61 * * * *", "61 * * * *")]
    public void Expression_InWords(string expression, string words) => Assert.Equal(words, CronWords.Of(expression));
}

using System.Globalization;
using DurableQueue.Schedules;
using Xunit;

namespace DurableQueue.Tests.Schedules;

public sealed class DueOccurrencesTests
{
    private const long HourMs = 3_600_000;

    private static readonly NewSchedule Hourly = new("s", "@hourly", new NewTask("t"));

    [Theory]

    // From 10:00 on none was fired. Policy, now: what is fired, the first that is missed, and the end of those that are.
    [InlineData(MissedRunPolicy.FireOnce, "10:00", "10:00", null, "10:00")]
    [InlineData(MissedRunPolicy.FireOnce, "10:59", "10:00", null, "10:00")]
    [InlineData(MissedRunPolicy.FireOnce, "12:30", "12:00", "10:00", "12:00")]
    [InlineData(MissedRunPolicy.FireAll, "12:30", "10:00 11:00 12:00", null, "10:00")]
    [InlineData(MissedRunPolicy.FireAll, "13:00", "11:00 12:00 13:00", "10:00", "11:00")]
    [InlineData(MissedRunPolicy.Skip, "10:01", "10:00", null, "10:00")]
    [InlineData(MissedRunPolicy.Skip, "10:02", "", "10:00", "10:00+1")]
    [InlineData(MissedRunPolicy.Skip, "12:01", "12:00", "10:00", "12:00")]
    [InlineData(MissedRunPolicy.Skip, "12:02", "", "10:00", "12:00+1")]
    public void Of_Policy_SaysWhichFireAndWhichAreMissed(MissedRunPolicy policy, string now, string fire, string? missed, string missedUntil)
    {
        var schedule = Hourly with { Missed = policy, MissedRunLimit = 3, MissedAfter = TimeSpan.FromMinutes(1) };

        var due = Find(schedule, new StoredNext(At("10:00"), At("09:00"), 0), now);

        Assert.Equal(fire, string.Join(" ", due!.Fire.Select(Show)));
        Assert.Equal(missed, due.Missed is { } first ? Show(first) : null);
        Assert.Equal(missedUntil, Show(due.MissedUntil));
        Assert.Equal(now[..2] + ":00", Show(due.Latest));
    }

    [Theory]

    // Noon in Berlin is at 11:00 UTC. It was stored by rules that were ahead of UTC by so many hours.
    [InlineData(1, "11:00", "11:00", "11:00")]
    [InlineData(0, "12:00", "12:00", "11:00")]
    [InlineData(2, "10:00", "10:30", null)]
    [InlineData(2, "10:00", "11:00", "11:00")]
    public void Of_OtherRulesOfTheZone_GoesByTheRulesOfNow(int storedOffset, string stored, string now, string? expected)
    {
        var schedule = Hourly with { Expression = "0 12 * * *", TimeZone = "Europe/Berlin" };
        var next = new StoredNext(At(stored), At("05:00"), storedOffset * HourMs);

        Assert.Equal(expected, Find(schedule, next, now) is { } due ? Show(due.Fire[0]) : null);
    }

    [Fact]
    public void Of_JitterThatIsNotOver_IsNotDueYet()
    {
        var schedule = Hourly with { Jitter = TimeSpan.FromMinutes(50) };
        var fireAt = Times(schedule).FireAt(At("10:00"));
        Assert.InRange(fireAt, At("10:00") + 2, At("10:50"));

        // By the rules of now it is the one at 10:00, which was stored as 09:00.
        var next = new StoredNext(At("09:00"), At("09:00"), 0);

        Assert.Null(DueOccurrences.Of(schedule, Times(schedule), next, fireAt - 1));
        Assert.Equal([At("10:00")], DueOccurrences.Of(schedule, Times(schedule), next, fireAt)!.Fire);
    }

    [Fact]
    public void Of_StoredOccurrenceByTheSameRules_IsDueWhenTheStoreSaysSo()
    {
        var schedule = Hourly with { Jitter = TimeSpan.FromMinutes(50) };

        // The store found it by the time of firing that it has; that is not worked out again.
        Assert.Equal([At("10:00")], Find(schedule, new StoredNext(At("10:00"), At("09:00"), 0), "10:00")!.Fire);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(-1L)]
    [InlineData(long.MaxValue)]
    public void Of_StoredOccurrenceThatCannotBeDue_IsRefused(long? stored)
    {
        var error = Assert.Throws<ArgumentException>(() => Find(Hourly, new StoredNext(stored, null, 0), "10:00"));

        Assert.Equal("the file does not say which occurrence is due.", error.Message);
    }

    [Theory]
    [InlineData(TaskOutcome.Succeeded, true, false)]
    [InlineData(TaskOutcome.Failed, false, true)]
    [InlineData(TaskOutcome.TimedOut, false, true)]
    [InlineData(TaskOutcome.Abandoned, false, true)]
    [InlineData(TaskOutcome.DependencyFailed, false, false)]
    [InlineData(TaskOutcome.Rejected, false, false)]
    [InlineData(TaskOutcome.Cancelled, false, false)]
    [InlineData(TaskOutcome.Killed, false, false)]
    public void RunFailures_Outcome_EndsTheRowAddsToItOrLeavesIt(TaskOutcome outcome, bool ends, bool adds) =>
        Assert.Equal((ends, adds), (RunFailures.EndsRow(outcome), RunFailures.AddsToRow(outcome)));

    [Theory]
    [InlineData(1, 0, "no", null)]
    [InlineData(2, 3, "no", null)]
    [InlineData(1, 1, "no", "1 run failed; the last error: no")]
    [InlineData(3, 3, "no", "3 runs in a row failed; the last error: no")]
    [InlineData(4, 3, "no", "4 runs in a row failed; the last error: no")]
    [InlineData(3, 3, " \n first \r\nsecond", "3 runs in a row failed; the last error: first ")]
    [InlineData(3, 3, null, "3 runs in a row failed; the last error: ")]
    public void PauseReason_FailuresInARow_NamesTheirNumberAndTheLastError(long inRow, long pauseAfter, string? error, string? expected) =>
        Assert.Equal(expected, RunFailures.PauseReason(inRow, pauseAfter, error));

    private static DueOccurrences? Find(NewSchedule schedule, StoredNext stored, string now) => DueOccurrences.Of(schedule, Times(schedule), stored, At(now));

    private static ScheduleTimes Times(NewSchedule schedule) => ScheduleTimes.Of(schedule, At("00:00"));

    private static long At(string time) =>
        DateTimeOffset.Parse($"2026-01-05T{time}:00Z", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private static string Show(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("HH:mm", CultureInfo.InvariantCulture) + (ms % HourMs == 1 ? "+1" : "");
}

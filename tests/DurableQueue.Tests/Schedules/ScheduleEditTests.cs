using Xunit;

namespace DurableQueue.Tests.Schedules;

public sealed class ScheduleEditTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>No setting has its default, so that one that is lost shows.</summary>
    private static readonly NewSchedule Schedule = new("nightly", "0 3 * * *", new NewTask("report"))
    {
        TimeZone = "Europe/Berlin",
        StartsAt = Start,
        EndsAt = Start.AddYears(1),
        Missed = MissedRunPolicy.FireAll,
        MissedRunLimit = 7,
        MissedAfter = TimeSpan.FromMinutes(7),
        Overlap = OverlapPolicy.Skip,
        Jitter = TimeSpan.FromSeconds(7),
        PauseAfterFailures = 7,
        Paused = true,
    };

    private static readonly NewTask OtherTask = new("other");

    public static TheoryData<string, ScheduleEdit, NewSchedule> Edits => new()
    {
        { "nothing", new ScheduleEdit(), Schedule },
        { "Expression", new ScheduleEdit { Expression = "@daily" }, Schedule with { Expression = "@daily" } },
        { "TimeZone", new ScheduleEdit { TimeZone = "UTC" }, Schedule with { TimeZone = "UTC" } },
        { "Task", new ScheduleEdit { Task = OtherTask }, Schedule with { Task = OtherTask } },
        { "StartsAt", new ScheduleEdit { StartsAt = Start.AddDays(1) }, Schedule with { StartsAt = Start.AddDays(1) } },
        { "no start", new ScheduleEdit { StartsAt = DateTimeOffset.MinValue }, Schedule with { StartsAt = null } },
        { "EndsAt", new ScheduleEdit { EndsAt = Start.AddDays(9) }, Schedule with { EndsAt = Start.AddDays(9) } },
        { "no end", new ScheduleEdit { EndsAt = DateTimeOffset.MaxValue }, Schedule with { EndsAt = null } },
        { "Missed", new ScheduleEdit { Missed = MissedRunPolicy.FireOnce }, Schedule with { Missed = MissedRunPolicy.FireOnce } },
        { "MissedRunLimit", new ScheduleEdit { MissedRunLimit = 1 }, Schedule with { MissedRunLimit = 1 } },
        { "MissedAfter", new ScheduleEdit { MissedAfter = TimeSpan.Zero }, Schedule with { MissedAfter = TimeSpan.Zero } },
        { "Overlap", new ScheduleEdit { Overlap = OverlapPolicy.Allow }, Schedule with { Overlap = OverlapPolicy.Allow } },
        { "Jitter", new ScheduleEdit { Jitter = TimeSpan.Zero }, Schedule with { Jitter = TimeSpan.Zero } },
        { "PauseAfterFailures", new ScheduleEdit { PauseAfterFailures = 0 }, Schedule with { PauseAfterFailures = 0 } },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public void ApplyTo_OneSetting_ChangesThatAlone(string what, ScheduleEdit edit, NewSchedule expected)
    {
        Assert.NotEmpty(what);
        Assert.Equal(expected, edit.ApplyTo(Schedule));
    }
}

namespace DurableQueue;

/// <summary>A schedule: when, and which task to enqueue then.</summary>
/// <param name="Name">Names it in the queue: 1 to 128 characters of <c>[A-Za-z0-9._:/-]</c>.</param>
/// <param name="Expression">
/// Cron with five fields (minute, hour, day of month, month, day of week) or six (a second before them), with names, lists, ranges and steps; day of
/// month and day of week must both match; or <c>@hourly</c>, <c>@daily</c> (<c>@midnight</c>), <c>@weekly</c>, <c>@monthly</c>, <c>@yearly</c>
/// (<c>@annually</c>); or <c>@every 1h30m</c>: days, hours, minutes and seconds, from 1 s to 365 days.
/// </param>
/// <param name="Task">
/// What each occurrence enqueues, with all its settings but <see cref="NewTask.After"/> and <see cref="NewTask.NotBefore"/>, which name one task
/// and one moment. <see cref="NewTask.Delay"/> counts from the firing. At most 62 entries of metadata: each task gets two more.
/// </param>
public sealed record NewSchedule(string Name, string Expression, NewTask Task)
{
    /// <summary>The metadata entry of a task that names the schedule it is a run of.</summary>
    public const string NameMetadataKey = "dq.schedule";

    /// <summary>The metadata entry of a task that holds the time of its occurrence, in UTC.</summary>
    public const string OccurrenceMetadataKey = "dq.occurrence";

    /// <summary>The IANA name of the time zone in which a cron expression is meant, such as <c>Europe/Berlin</c>. Default <c>UTC</c>.</summary>
    /// <remarks>
    /// Over a change of the clocks: a time that does not exist fires at the change. A time that exists twice fires once, at the first, if second,
    /// minute and hour are fixed, and both times if one of them is an interval: <c>*</c>, a range or a step. <c>@every</c> knows no zones.
    /// </remarks>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>No occurrence before this; <c>@every</c> counts from it. Default: from now on, and <c>@every</c> counts from the creation.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>No occurrence after this. Default: without end.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>What to do about occurrences that nobody fired in time. Default <see cref="MissedRunPolicy.FireOnce"/>.</summary>
    public MissedRunPolicy Missed { get; init; }

    /// <summary>The most runs that <see cref="MissedRunPolicy.FireAll"/> enqueues at once; 1 to 1,000. Default 100.</summary>
    public int MissedRunLimit { get; init; } = 100;

    /// <summary>How long after its time <see cref="MissedRunPolicy.Skip"/> still fires the latest occurrence; up to 365 days. Default 1 minute.</summary>
    public TimeSpan MissedAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What to do while an earlier run has not finished. Default <see cref="OverlapPolicy.Allow"/>.</summary>
    public OverlapPolicy Overlap { get; init; }

    /// <summary>
    /// Each occurrence fires up to this much later; up to 24 h, and never as late as the next occurrence. How much comes from the name and the
    /// time: it is the same in every process and after a crash. Default zero.
    /// </summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>
    /// Pauses the schedule when this many runs in a row, by their finish, ended <see cref="TaskOutcome.Failed"/>, <see cref="TaskOutcome.TimedOut"/>
    /// or <see cref="TaskOutcome.Abandoned"/>; runs started by hand do not count. 0 means never; at most 10,000. Default 5.
    /// </summary>
    public int PauseAfterFailures { get; init; } = 5;

    /// <summary>Starts paused. It counts when the schedule is made, and never again.</summary>
    public bool Paused { get; init; }
}

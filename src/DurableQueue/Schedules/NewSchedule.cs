namespace DurableQueue;

/// <summary>The settings of a schedule: when it fires, and which task it enqueues.</summary>
/// <param name="Name">The name of the schedule: 1 to 128 characters of <c>[A-Za-z0-9._:/-]</c>.</param>
/// <param name="Expression">
/// A cron expression with five fields (minute, hour, day of month, month, day of week) or six (with seconds first), with names, lists, ranges and
/// steps, where day of month and day of week must both match; or <c>@hourly</c>, <c>@daily</c> (<c>@midnight</c>), <c>@weekly</c>, <c>@monthly</c> or
/// <c>@yearly</c> (<c>@annually</c>); or an interval of days, hours, minutes and seconds, 1 s to 365 days, such as <c>@every 1h30m</c>.
/// </param>
/// <param name="Task">
/// The template of the task that each occurrence enqueues. <see cref="NewTask.After"/> and <see cref="NewTask.NotBefore"/> can't be set.
/// <see cref="NewTask.Delay"/> counts from the time the occurrence fires. At most 62 metadata entries are allowed, because two are added to each task.
/// </param>
public sealed record NewSchedule(string Name, string Expression, NewTask Task)
{
    /// <summary>The key of the metadata entry of a task with the name of the schedule that enqueued it.</summary>
    public const string NameMetadataKey = "dq.schedule";

    /// <summary>The key of the metadata entry of a task with the time of its occurrence in UTC.</summary>
    public const string OccurrenceMetadataKey = "dq.occurrence";

    /// <summary>The IANA name of the time zone of a cron expression, such as <c>Europe/Berlin</c>. The default is <c>UTC</c>.</summary>
    /// <remarks>
    /// A time that is skipped by a clock change fires at the change. A time that occurs twice fires once, the first time, if second, minute and hour
    /// are fixed, and twice if one of them is <c>*</c>, a range or a step. Time zones have no effect on <c>@every</c>.
    /// </remarks>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>
    /// The time of the first occurrence at the earliest, from which <c>@every</c> counts. <see langword="null"/>, the default, means the time the
    /// schedule is created.
    /// </summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>The time of the last occurrence at the latest. <see langword="null"/>, the default, means no end.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>What to do about occurrences that did not fire in time. The default is <see cref="MissedRunPolicy.FireOnce"/>.</summary>
    public MissedRunPolicy Missed { get; init; }

    /// <summary>The maximum number of runs that <see cref="MissedRunPolicy.FireAll"/> enqueues at once, 1 to 1,000. The default is 100.</summary>
    public int MissedRunLimit { get; init; } = 100;

    /// <summary>How long after its time <see cref="MissedRunPolicy.Skip"/> still fires the latest occurrence, at most 365 days. The default is 1 minute.</summary>
    public TimeSpan MissedAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What to do while an earlier run has not finished. The default is <see cref="OverlapPolicy.Allow"/>.</summary>
    public OverlapPolicy Overlap { get; init; }

    /// <summary>
    /// Delays each occurrence by up to this time, at most 24 h, but never until the next occurrence. The delay is derived from the name of the
    /// schedule and the time of the occurrence, so it is the same in every process and after a crash. The default is zero.
    /// </summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>
    /// Pauses the schedule when this many consecutive runs, in the order of their finish, ended with <see cref="TaskOutcome.Failed"/>,
    /// <see cref="TaskOutcome.TimedOut"/> or <see cref="TaskOutcome.Abandoned"/>. Runs started by hand don't count. At most 10,000; 0 means never.
    /// The default is 5.
    /// </summary>
    public int PauseAfterFailures { get; init; } = 5;

    /// <summary>Creates the schedule paused. Has no effect on an existing schedule.</summary>
    public bool Paused { get; init; }
}

namespace DurableQueue;

/// <summary>
/// Changes to a schedule. A property that is <see langword="null"/> leaves its value unchanged. The limits of <see cref="NewSchedule"/> apply.
/// </summary>
public sealed record ScheduleEdit
{
    /// <summary>The new expression. <c>@every</c> counts from now unless the schedule has a start.</summary>
    public string? Expression { get; init; }

    /// <summary>The new time zone.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The new template, which replaces the old one completely, including its payload. Tasks that are already enqueued are not changed.</summary>
    public NewTask? Task { get; init; }

    /// <summary>The new start; <see cref="DateTimeOffset.MinValue"/> means none.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>The new end; <see cref="DateTimeOffset.MaxValue"/> means none.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>The new policy for missed occurrences.</summary>
    public MissedRunPolicy? Missed { get; init; }

    /// <summary>The new value of <see cref="NewSchedule.MissedRunLimit"/>.</summary>
    public int? MissedRunLimit { get; init; }

    /// <summary>The new value of <see cref="NewSchedule.MissedAfter"/>.</summary>
    public TimeSpan? MissedAfter { get; init; }

    /// <summary>The new policy for overlapping runs.</summary>
    public OverlapPolicy? Overlap { get; init; }

    /// <summary>The new jitter; zero means none.</summary>
    public TimeSpan? Jitter { get; init; }

    /// <summary>The new value of <see cref="NewSchedule.PauseAfterFailures"/>; 0 means never.</summary>
    public int? PauseAfterFailures { get; init; }

    internal NewSchedule ApplyTo(NewSchedule schedule) => schedule with
    {
        Expression = Expression ?? schedule.Expression,
        TimeZone = TimeZone ?? schedule.TimeZone,
        Task = Task ?? schedule.Task,
        StartsAt = StartsAt is null ? schedule.StartsAt : StartsAt == DateTimeOffset.MinValue ? null : StartsAt,
        EndsAt = EndsAt is null ? schedule.EndsAt : EndsAt == DateTimeOffset.MaxValue ? null : EndsAt,
        Missed = Missed ?? schedule.Missed,
        MissedRunLimit = MissedRunLimit ?? schedule.MissedRunLimit,
        MissedAfter = MissedAfter ?? schedule.MissedAfter,
        Overlap = Overlap ?? schedule.Overlap,
        Jitter = Jitter ?? schedule.Jitter,
        PauseAfterFailures = PauseAfterFailures ?? schedule.PauseAfterFailures,
    };
}

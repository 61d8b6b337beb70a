namespace DurableQueue;

/// <summary>Changes to a schedule; what is <see langword="null"/> stays as it is. Values as in <see cref="NewSchedule"/>.</summary>
public sealed record ScheduleEdit
{
    /// <summary>Another expression; an <c>@every</c> counts from now, unless there is a start.</summary>
    public string? Expression { get; init; }

    /// <summary>Another time zone.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Another template; it takes the place of the whole one before, payload too. Tasks that are enqueued already stay.</summary>
    public NewTask? Task { get; init; }

    /// <summary>Another start; <see cref="DateTimeOffset.MinValue"/> for none.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>Another end; <see cref="DateTimeOffset.MaxValue"/> for none.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>Another policy for missed runs.</summary>
    public MissedRunPolicy? Missed { get; init; }

    /// <summary>Another limit of runs that were missed.</summary>
    public int? MissedRunLimit { get; init; }

    /// <summary>Another time after which an occurrence counts as missed.</summary>
    public TimeSpan? MissedAfter { get; init; }

    /// <summary>Another policy for overlaps.</summary>
    public OverlapPolicy? Overlap { get; init; }

    /// <summary>Another jitter; zero for none.</summary>
    public TimeSpan? Jitter { get; init; }

    /// <summary>Another number of failures in a row; 0 for never.</summary>
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

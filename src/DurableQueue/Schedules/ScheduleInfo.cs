namespace DurableQueue;

/// <summary>A snapshot of one schedule.</summary>
public sealed record ScheduleInfo
{
    /// <summary>The current settings, including the payload of the template.</summary>
    public required NewSchedule Schedule { get; init; }

    /// <summary>The name of the schedule.</summary>
    public string Name => Schedule.Name;

    /// <summary>The schedule is paused: nothing fires until <see cref="ITaskSchedules.ResumeAsync"/>.</summary>
    public bool Paused { get; init; }

    /// <summary>Why the schedule is paused; <see langword="null"/> if it isn't paused or no reason was given.</summary>
    public string? PauseReason { get; init; }

    /// <summary>When the schedule was paused; <see langword="null"/> if it isn't.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>The number of consecutive runs that have failed, in the order of their finish. Runs started by hand don't count.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>The next occurrence; <see langword="null"/> if the schedule is paused or has no further occurrence.</summary>
    public DateTimeOffset? NextOccurrence { get; init; }

    /// <summary>When the next occurrence fires, which may be later because of <see cref="NewSchedule.Jitter"/>.</summary>
    public DateTimeOffset? NextFireAt { get; init; }

    /// <summary>The latest occurrence that was due, whether it fired or not; <see langword="null"/> if there was none.</summary>
    public DateTimeOffset? LastOccurrence { get; init; }

    /// <summary>The schedule has no further occurrence, because its end has passed.</summary>
    public bool Ended => !Paused && NextOccurrence is null;

    /// <summary>The schedule was declared in code, by <see cref="ITaskSchedules.DeclareAsync"/> or the registration of a host.</summary>
    public bool Declared { get; init; }

    /// <summary>When the schedule was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the settings were last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; }
}

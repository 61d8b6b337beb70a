namespace DurableQueue;

/// <summary>One schedule as it stood when it was read.</summary>
public sealed record ScheduleInfo
{
    /// <summary>What it is set to now, its task's payload included.</summary>
    public required NewSchedule Schedule { get; init; }

    /// <summary>Its name.</summary>
    public string Name => Schedule.Name;

    /// <summary>Nothing fires until <see cref="ITaskSchedules.ResumeAsync"/>.</summary>
    public bool Paused { get; init; }

    /// <summary>Why it is paused; <see langword="null"/> if it is not.</summary>
    public string? PauseReason { get; init; }

    /// <summary>Since when it is paused.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>Runs that have failed in a row, by their finish; those started by hand do not count.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>The next occurrence; <see langword="null"/> while it is paused, and when there is none any more.</summary>
    public DateTimeOffset? NextOccurrence { get; init; }

    /// <summary>When the next occurrence fires: later by its share of <see cref="NewSchedule.Jitter"/>.</summary>
    public DateTimeOffset? NextFireAt { get; init; }

    /// <summary>The latest occurrence whose time has come, whatever came of it; <see langword="null"/> if there was none.</summary>
    public DateTimeOffset? LastOccurrence { get; init; }

    /// <summary>There is no further occurrence: its end has passed.</summary>
    public bool Ended => !Paused && NextOccurrence is null;

    /// <summary>It was declared by code: <see cref="ITaskSchedules.DeclareAsync"/>, or the registration of a host.</summary>
    public bool Declared { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its settings were last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; }
}

namespace DurableQueue;

/// <summary>What came of an occurrence of a schedule, or of a run started by hand.</summary>
public sealed record ScheduleRun
{
    /// <summary>The time of the occurrence; of several missed ones, the first; of a run started by hand, when that was.</summary>
    public required DateTimeOffset OccursAt { get; init; }

    /// <summary>When it was dealt with.</summary>
    public required DateTimeOffset FiredAt { get; init; }

    /// <summary>What was done.</summary>
    public ScheduleRunResult Result { get; init; }

    /// <summary>Started by <see cref="ITaskSchedules.RunNowAsync"/>.</summary>
    public bool Manual { get; init; }

    /// <summary>The task that was enqueued, or that holds the dedup key; it may have been pruned since.</summary>
    public TaskId? Task { get; init; }

    /// <summary>
    /// How the task ended, kept past its prune; <see cref="TaskOutcome.None"/> until then, and where no task was enqueued. A task that was removed
    /// before it finished counts as <see cref="TaskOutcome.Cancelled"/>.
    /// </summary>
    public TaskOutcome Outcome { get; init; }

    /// <summary>When the task ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>For <see cref="ScheduleRunResult.Missed"/>: the occurrences from <see cref="OccursAt"/> on and before this were left out.</summary>
    public DateTimeOffset? MissedUntil { get; init; }
}

namespace DurableQueue;

/// <summary>The record of an occurrence of a schedule, or of a run started by hand.</summary>
public sealed record ScheduleRun
{
    /// <summary>The time of the occurrence; the first of several missed occurrences; or the time at which a run was started by hand.</summary>
    public required DateTimeOffset OccursAt { get; init; }

    /// <summary>When the occurrence fired or was skipped.</summary>
    public required DateTimeOffset FiredAt { get; init; }

    /// <summary>What happened.</summary>
    public ScheduleRunResult Result { get; init; }

    /// <summary>The run was started by <see cref="ITaskSchedules.RunNowAsync"/>.</summary>
    public bool Manual { get; init; }

    /// <summary>The task that was enqueued, or that holds the dedup key. It may have been pruned.</summary>
    public TaskId? Task { get; init; }

    /// <summary>
    /// The outcome of the task, which is kept after the task is pruned. <see cref="TaskOutcome.None"/> until the task has finished, or if no task was
    /// enqueued. A task that was removed before it finished counts as <see cref="TaskOutcome.Cancelled"/>.
    /// </summary>
    public TaskOutcome Outcome { get; init; }

    /// <summary>When the task finished.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>For <see cref="ScheduleRunResult.Missed"/>: the occurrences from <see cref="OccursAt"/> up to but not including this time were skipped.</summary>
    public DateTimeOffset? MissedUntil { get; init; }
}

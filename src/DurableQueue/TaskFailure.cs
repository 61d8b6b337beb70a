namespace DurableQueue;

/// <summary>How an attempt failed.</summary>
/// <param name="Error">What went wrong, for people; kept with the attempt, cut at 64 KiB.</param>
public sealed record TaskFailure(string Error)
{
    /// <summary>Do not try again, whatever attempts are left.</summary>
    public bool Permanent { get; init; }

    /// <summary>Wait this long before the next attempt, instead of what the retry policy says. Zero or more.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// <see cref="TaskOutcome.Failed"/> (default), <see cref="TaskOutcome.TimedOut"/>, or <see cref="TaskOutcome.Rejected"/>, which is always permanent.
    /// </summary>
    public TaskOutcome Outcome { get; init; } = TaskOutcome.Failed;

    /// <summary>
    /// What the attempt gave although it failed, stored as the task's result until the next attempt ends or the task is retried; at most 16 MiB
    /// unless the queue is set otherwise. Default none.
    /// </summary>
    public ReadOnlyMemory<byte> Result { get; init; }

    /// <summary>
    /// Pause the schedule that the task is a run of, at once and for this reason, which is shown with it (up to 512 characters of it); nothing if the
    /// task is no run of a schedule. What becomes of the task goes by the other settings. <see langword="null"/> (default): no.
    /// </summary>
    public string? PauseSchedule { get; init; }

    /// <summary>Raised in the same transaction, unless the lease is lost; <see langword="null"/> (default) means none.</summary>
    public NewNotification? Notification { get; init; }
}

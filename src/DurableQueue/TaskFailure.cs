namespace DurableQueue;

/// <summary>How an attempt failed.</summary>
/// <param name="Error">The error message, stored with the attempt and truncated to 64 KiB.</param>
public sealed record TaskFailure(string Error)
{
    /// <summary>Fails the task without another attempt, even if it has attempts left.</summary>
    public bool Permanent { get; init; }

    /// <summary>The delay before the next attempt, zero or more, instead of the delay of the retry policy.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// The outcome of the task if this was its last attempt: <see cref="TaskOutcome.Failed"/>, the default, <see cref="TaskOutcome.TimedOut"/>, or
    /// <see cref="TaskOutcome.Rejected"/>, which is always permanent.
    /// </summary>
    public TaskOutcome Outcome { get; init; } = TaskOutcome.Failed;

    /// <summary>
    /// The result of the failed attempt, stored as the task's result until the next attempt ends or the task is retried. At most 16 MiB by default; the queue's
    /// options can change the limit. Empty by default.
    /// </summary>
    public ReadOnlyMemory<byte> Result { get; init; }

    /// <summary>
    /// If not <see langword="null"/>, pauses the schedule that enqueued the task, with this reason, which is truncated to 512 characters. Has no
    /// effect if no schedule enqueued the task, and none on the task itself.
    /// </summary>
    public string? PauseSchedule { get; init; }

    /// <summary>A notification that is published in the same transaction, unless the lease is lost. <see langword="null"/>, the default, means none.</summary>
    public NewNotification? Notification { get; init; }
}

namespace DurableQueue;

/// <summary>How an attempt failed.</summary>
/// <param name="Error">What went wrong, for people; kept with the attempt, cut at 64 KiB.</param>
public sealed record TaskFailure(string Error)
{
    /// <summary>Do not try again, whatever attempts are left.</summary>
    public bool Permanent { get; init; }

    /// <summary>Wait this long before the next attempt, instead of what the retry policy says. Zero or more.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary><see cref="TaskOutcome.Failed"/> (default) or <see cref="TaskOutcome.TimedOut"/>.</summary>
    public TaskOutcome Outcome { get; init; } = TaskOutcome.Failed;
}

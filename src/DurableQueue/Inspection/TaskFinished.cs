namespace DurableQueue;

/// <summary>A task finished.</summary>
public sealed record TaskFinished
{
    /// <summary>The number of this finish: rises in commit order, unique in the queue, with gaps where tasks were retried or removed.</summary>
    public required long Sequence { get; init; }

    /// <summary>The task.</summary>
    public required TaskId Id { get; init; }

    /// <summary>Its type.</summary>
    public required string Type { get; init; }

    /// <summary>Its group.</summary>
    public required string Group { get; init; }

    /// <summary>Its label.</summary>
    public string? Label { get; init; }

    /// <summary>One of the three finished states.</summary>
    public required TaskState State { get; init; }

    /// <summary>How it ended.</summary>
    public required TaskOutcome Outcome { get; init; }

    /// <summary>Attempts made.</summary>
    public int Attempt { get; init; }

    /// <summary>When it finished.</summary>
    public DateTimeOffset FinishedAt { get; init; }

    /// <summary>The error of its last attempt, or why it was cancelled, rejected or dependency-failed.</summary>
    public string? LastError { get; init; }
}

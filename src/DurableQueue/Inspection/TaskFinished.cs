namespace DurableQueue;

/// <summary>Describes the finish of a task.</summary>
public sealed record TaskFinished
{
    /// <summary>The sequence number, which is unique in the queue and rises in commit order, with gaps where tasks were retried or removed.</summary>
    public required long Sequence { get; init; }

    /// <summary>The id of the task.</summary>
    public required TaskId Id { get; init; }

    /// <summary>The task's type.</summary>
    public required string Type { get; init; }

    /// <summary>The task's group.</summary>
    public required string Group { get; init; }

    /// <summary>The task's label.</summary>
    public string? Label { get; init; }

    /// <summary>One of the three finished states.</summary>
    public required TaskState State { get; init; }

    /// <summary>The outcome of the task.</summary>
    public required TaskOutcome Outcome { get; init; }

    /// <summary>The number of attempts.</summary>
    public int Attempt { get; init; }

    /// <summary>When the task finished.</summary>
    public DateTimeOffset FinishedAt { get; init; }

    /// <summary>The error of the task: <see cref="TaskInfo.LastError"/>.</summary>
    public string? LastError { get; init; }
}

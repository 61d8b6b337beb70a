namespace DurableQueue;

/// <summary>The log of one attempt, as it was found.</summary>
public sealed record TaskLog
{
    /// <summary>The task.</summary>
    public required TaskId Id { get; init; }

    /// <summary>The attempt, from 1; 0 if the task has not started and none was asked for.</summary>
    public required int Attempt { get; init; }

    /// <summary>The stream.</summary>
    public TaskLogStream Stream { get; init; }

    /// <summary>Whether it can be read.</summary>
    public required TaskLogStatus Status { get; init; }

    /// <summary>Its size in bytes; 0 if it can't be read.</summary>
    public long Size { get; init; }

    /// <summary>Whether the attempt has ended, so that the log has its final size.</summary>
    public bool Ended { get; init; }

    /// <summary>The machine that the log is on, if that is another one; <see langword="null"/> if it is this one, or unknown.</summary>
    public string? Host { get; init; }

    /// <summary>Why it can't be read, in a sentence; <see langword="null"/> if it can.</summary>
    public string? Missing { get; init; }
}

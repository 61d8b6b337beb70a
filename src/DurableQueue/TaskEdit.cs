namespace DurableQueue;

/// <summary>Changes to a queued task. A property that is <see langword="null"/> leaves its value unchanged. The limits of <see cref="NewTask"/> apply.</summary>
public sealed record TaskEdit
{
    /// <summary>The new payload.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>The new label; an empty string removes it.</summary>
    public string? Label { get; init; }

    /// <summary>The new priority.</summary>
    public int? Priority { get; init; }

    /// <summary>The new group. It is created if it doesn't exist.</summary>
    public string? Group { get; init; }

    /// <summary>The new earliest time at which the task may run. A time in the past removes the delay.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The new maximum number of attempts. It must be greater than the number of attempts already made.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>The new dependencies, which replace the old ones. An empty list removes all dependencies.</summary>
    public IReadOnlyList<TaskDependency>? After { get; init; }
}

namespace DurableQueue;

/// <summary>Changes to a queued task. What is <see langword="null"/> stays as it is; limits are those of <see cref="NewTask"/>.</summary>
public sealed record TaskEdit
{
    /// <summary>The new payload.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>The new label; an empty string removes it.</summary>
    public string? Label { get; init; }

    /// <summary>The new priority.</summary>
    public int? Priority { get; init; }

    /// <summary>The new group; made if it does not exist.</summary>
    public string? Group { get; init; }

    /// <summary>The new earliest time; one that has passed removes the delay.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The new number of attempts; not less than those already made plus one.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>The new dependencies, in place of all the old ones; an empty list removes them.</summary>
    public IReadOnlyList<TaskDependency>? After { get; init; }
}

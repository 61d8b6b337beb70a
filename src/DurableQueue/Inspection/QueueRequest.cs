namespace DurableQueue;

/// <summary>A request of somebody who gave a name: with <see cref="ITaskControl.As"/>, <see cref="ITaskGroups.As"/>, or in the decision of an approval.</summary>
public sealed record QueueRequest
{
    /// <summary>Its number, which rises with each request of the queue and is never used again.</summary>
    public required long Number { get; init; }

    /// <summary>What was asked for.</summary>
    public required QueueRequestKind Kind { get; init; }

    /// <summary>Who asked.</summary>
    public required string By { get; init; }

    /// <summary>When it was done.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// The tasks, at most 1,000, ascending; empty for a group. What concerns more tasks is several requests. The tasks may be gone.
    /// </summary>
    public IReadOnlyList<TaskId> Tasks { get; init; } = [];

    /// <summary>The group; <see langword="null"/> for tasks.</summary>
    public string? Group { get; init; }

    /// <summary>The reason or note that was given, cut to 512 characters; <see langword="null"/> if none was.</summary>
    public string? Reason { get; init; }

    /// <summary>What was set, such as <c>priority = 5, group = mail</c>; never a payload. <see langword="null"/> if nothing was.</summary>
    public string? Change { get; init; }
}

namespace DurableQueue;

/// <summary>A worker that takes tasks from the queue, or took tasks and ended without shutting down.</summary>
public sealed record WorkerInfo
{
    /// <summary>The name of the worker.</summary>
    public required string Name { get; init; }

    /// <summary>The name of its machine.</summary>
    public required string Host { get; init; }

    /// <summary>The id of its process.</summary>
    public required int ProcessId { get; init; }

    /// <summary>When it first asked for tasks.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When its process last reported that it is live, which it does every 5 s.</summary>
    public required DateTimeOffset LastSeenAt { get; init; }

    /// <summary>The task types that it takes; <see langword="null"/> means all.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>The groups that it takes tasks from; <see langword="null"/> means all.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>How many tasks it runs at once; <see langword="null"/> if unknown.</summary>
    public int? Capacity { get; init; }

    /// <summary>The tasks that it has checked out now, ascending: at most 1,000. Those that wait for other tasks or a decision are among them.</summary>
    public IReadOnlyList<TaskId> Running { get; init; } = [];

    /// <summary>Whether it was seen in the last 15 s and, as far as that can be determined, its process is running.</summary>
    public required bool IsLive { get; init; }

    /// <summary>
    /// Whether the worker is live and takes tasks of this type from this group, so that it will run them as soon as it has a free slot.
    /// </summary>
    /// <param name="type">The task type.</param>
    /// <param name="group">The group.</param>
    public bool Serves(string type, string group) => IsLive && Types?.Contains(type) != false && Groups?.Contains(group) != false;
}

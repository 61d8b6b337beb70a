namespace DurableQueue;

/// <summary>A worker that has asked this queue for tasks and has not stopped in good order since.</summary>
public sealed record WorkerInfo
{
    /// <summary>The name it asks under.</summary>
    public required string Name { get; init; }

    /// <summary>Its machine.</summary>
    public required string Host { get; init; }

    /// <summary>Its process there.</summary>
    public required int ProcessId { get; init; }

    /// <summary>When it first asked.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When its process last said that it lives, which it does every 5 s.</summary>
    public required DateTimeOffset LastSeenAt { get; init; }

    /// <summary>The task types it takes; <see langword="null"/> means all.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>The groups it takes tasks from; <see langword="null"/> means all.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>How many tasks it runs at once; <see langword="null"/> if it has not told.</summary>
    public int? Capacity { get; init; }

    /// <summary>It was seen in the last 15 s and, where that can be told, its process is there.</summary>
    public required bool IsLive { get; init; }

    /// <summary>
    /// Whether it is live and takes tasks of this type from this group: whether it will run, stop and end them, as soon as it has a free slot.
    /// </summary>
    /// <param name="type">The type of a task.</param>
    /// <param name="group">Its group.</param>
    public bool Serves(string type, string group) => IsLive && Types?.Contains(type) != false && Groups?.Contains(group) != false;
}

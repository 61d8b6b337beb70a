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

    /// <summary>It was seen in the last 15 s and, where that can be told, its process is there.</summary>
    public required bool IsLive { get; init; }
}

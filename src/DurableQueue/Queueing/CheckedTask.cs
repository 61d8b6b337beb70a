namespace DurableQueue.Queueing;

/// <summary>A new task after validation, in the units in which it is stored.</summary>
internal sealed class CheckedTask
{
    public required string Type { get; init; }

    public required string Group { get; init; }

    public required ReadOnlyMemory<byte> Payload { get; init; }

    public string? Label { get; init; }

    public int Priority { get; init; }

    public required IReadOnlyList<AwaitedTask> After { get; init; }

    public long? NotBeforeMs { get; init; }

    public long DelayMs { get; init; }

    public int MaxAttempts { get; init; }

    public string? RetryJson { get; init; }

    public long? TimeoutMs { get; init; }

    public long? LeaseMs { get; init; }

    public string? DedupKey { get; init; }

    public DedupScope DedupScope { get; init; }

    public bool Stashed { get; init; }

    public bool RunNow { get; init; }

    public bool RequiresApproval { get; init; }

    public string? MetadataJson { get; init; }
}

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

    /// <summary>The W3C trace context of whoever enqueued it, if there was one.</summary>
    public string? TraceParent { get; init; }

    public string? TraceState { get; init; }

    /// <summary>Something is to be stored that is only read when the task runs or is looked at.</summary>
    public bool HasBody => !Payload.IsEmpty || MetadataJson is not null || RetryJson is not null || DedupKey is not null || TraceParent is not null;
}

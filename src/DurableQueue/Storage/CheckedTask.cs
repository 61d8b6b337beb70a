namespace DurableQueue.Storage;

/// <summary>A new task after validation, in the units in which it is stored.</summary>
internal sealed class CheckedTask
{
    public required string Type { get; init; }

    public required string Group { get; init; }

    public int? GroupParallelism { get; init; }

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

    /// <summary>What the approval that it asks for takes; <see langword="null"/> if it asks for none. Gates may ask for one all the same.</summary>
    public ApprovalTerms? Approval { get; init; }

    /// <summary>Of <see cref="Estimate"/>; <see langword="null"/> if there is none.</summary>
    public string? EstimateUnit { get; init; }

    /// <summary>What an attempt is expected to cost, in billionths.</summary>
    public long Estimate { get; init; }

    public string? MetadataJson { get; init; }

    /// <summary>The W3C trace context of the producer, if there was one.</summary>
    public string? TraceParent { get; init; }

    public string? TraceState { get; init; }

    /// <summary>It has no dedup key, label, lease duration, timeout, approval or dependencies of its own; it may be delayed, stashed or urgent.</summary>
    public bool IsPlain =>
        DedupKey is null && Label is null && LeaseMs is null && TimeoutMs is null && Approval is null && After.Count == 0;

    /// <summary>Something is to be stored that is read only when the task runs or is inspected.</summary>
    public bool HasBody => !Payload.IsEmpty || HasMore;

    /// <summary>Of that, there is only the payload.</summary>
    public bool HasPayloadOnly => !Payload.IsEmpty && !HasMore;

    private bool HasMore => MetadataJson is not null || RetryJson is not null || DedupKey is not null || TraceParent is not null;
}

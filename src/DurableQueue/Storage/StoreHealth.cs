namespace DurableQueue.Storage;

/// <summary>What a store tells of itself. No payloads, labels or ids.</summary>
internal sealed record StoreHealth
{
    /// <summary>How long the probe waited for the writer, and for other processes that write.</summary>
    public required TimeSpan WriterWait { get; init; }

    public required long LogBytes { get; init; }

    public required long Ready { get; init; }

    /// <summary><see langword="null"/>: nothing is ready.</summary>
    public required TimeSpan? OldestReadyAge { get; init; }

    /// <summary>Workers of all processes that were seen lately.</summary>
    public required int LiveWorkers { get; init; }

    /// <summary>Workers that went away without saying so.</summary>
    public required int StaleWorkers { get; init; }

    /// <summary>Types of ready tasks that no live worker takes.</summary>
    public required IReadOnlyList<string> UnservedTypes { get; init; }

    /// <summary>Groups with ready tasks of types that live workers take, but none of them from this group.</summary>
    public required IReadOnlyList<string> UnservedGroups { get; init; }

    /// <summary>Stored values that a quick check found to differ from what they must be, by the names of <see cref="QueueFinding.What"/>.</summary>
    public required IReadOnlyList<string> Inconsistencies { get; init; }
}

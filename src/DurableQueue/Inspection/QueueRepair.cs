namespace DurableQueue;

/// <summary>What <see cref="ITaskControl.RepairAsync"/> did.</summary>
public sealed record QueueRepair
{
    /// <summary>What was found and put right; of one kind the first 100.</summary>
    public required IReadOnlyList<QueueFinding> Repaired { get; init; }

    /// <summary>How many values were put right, also those that <see cref="Repaired"/> leaves out.</summary>
    public required long Total { get; init; }

    /// <summary>What cannot be worked out from the rest, and was left as it is; of one kind the first 100.</summary>
    public required IReadOnlyList<QueueFinding> Remaining { get; init; }

    /// <summary>Nothing remains.</summary>
    public bool IsSound => Remaining.Count == 0;
}

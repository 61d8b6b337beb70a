namespace DurableQueue;

/// <summary>The result of <see cref="ITaskControl.RepairAsync"/>.</summary>
public sealed record QueueRepair
{
    /// <summary>The inconsistencies that were repaired; at most 100 of each kind.</summary>
    public required IReadOnlyList<QueueFinding> Repaired { get; init; }

    /// <summary>The number of repaired values, including those that <see cref="Repaired"/> omits.</summary>
    public required long Total { get; init; }

    /// <summary>The inconsistencies that can't be repaired from the rest of the queue, and were not changed; at most 100 of each kind.</summary>
    public required IReadOnlyList<QueueFinding> Remaining { get; init; }

    /// <summary>Whether no inconsistency remains.</summary>
    public bool IsSound => Remaining.Count == 0;
}

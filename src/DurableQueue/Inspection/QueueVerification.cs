namespace DurableQueue;

/// <summary>What <see cref="ITaskInspector.VerifyAsync"/> found.</summary>
public sealed record QueueVerification
{
    /// <summary>What differs; of one kind the first 100.</summary>
    public required IReadOnlyList<QueueFinding> Findings { get; init; }

    /// <summary>How many values differ, also those that <see cref="Findings"/> leaves out.</summary>
    public required long Total { get; init; }

    /// <summary>How many tasks were looked at.</summary>
    public required long Tasks { get; init; }

    /// <summary>Nothing differs.</summary>
    public bool IsSound => Total == 0;
}

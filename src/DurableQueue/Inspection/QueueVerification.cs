namespace DurableQueue;

/// <summary>The result of <see cref="ITaskInspector.VerifyAsync"/>.</summary>
public sealed record QueueVerification
{
    /// <summary>The inconsistencies; at most 100 of each kind.</summary>
    public required IReadOnlyList<QueueFinding> Findings { get; init; }

    /// <summary>The number of inconsistencies, including those that <see cref="Findings"/> omits.</summary>
    public required long Total { get; init; }

    /// <summary>The number of tasks that were verified.</summary>
    public required long Tasks { get; init; }

    /// <summary>Whether there is no inconsistency.</summary>
    public bool IsSound => Total == 0;
}

namespace DurableQueue;

/// <summary>One cost that was charged to a task.</summary>
public sealed record CostCharge
{
    /// <summary>The prefix of the keys of estimates that were charged because an attempt reported no cost.</summary>
    public const string EstimateKey = "dq.estimate:";

    /// <summary>The fencing token of the attempt.</summary>
    public required long Token { get; init; }

    /// <summary>Distinguishes the charge from others of the same attempt: the key it was reported with, or a number.</summary>
    public required string Key { get; init; }

    /// <summary>The amount.</summary>
    public required Cost Cost { get; init; }

    /// <summary>When it was reported.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The tags that were reported with it; empty if none.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }
}

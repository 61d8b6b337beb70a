namespace DurableQueue;

/// <summary>One cost that was charged to a task.</summary>
public sealed record CostCharge
{
    /// <summary>How the key of an estimate begins that was charged because the attempt did not say what it cost.</summary>
    public const string EstimateKey = "dq.estimate:";

    /// <summary>The token of the attempt.</summary>
    public required long Token { get; init; }

    /// <summary>What tells it from the other charges of the attempt: a number, or the key it was reported with.</summary>
    public required string Key { get; init; }

    /// <summary>How much.</summary>
    public required Cost Cost { get; init; }

    /// <summary>When it was reported.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What was reported with it; empty if nothing.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }
}

namespace DurableQueue;

/// <summary>Who may decide, and until when.</summary>
public record ApprovalTerms
{
    /// <summary>Without a decision within this time, by the queue's clock, the request counts as rejected. Default: never. 1 ms to 10 years.</summary>
    public TimeSpan? ExpiresAfter { get; init; }

    /// <summary>
    /// The names that may decide, compared exactly; <see langword="null"/> (default) means anybody. 1 to 100 names of 1 to 256 characters. The queue
    /// takes the names it is told: whoever calls it must know who asks.
    /// </summary>
    public IReadOnlyList<string>? Approvers { get; init; }
}

namespace DurableQueue;

/// <summary>Who may decide on an approval request, and until when.</summary>
public record ApprovalTerms
{
    /// <summary>
    /// How long the request stays open, by the queue's clock, 1 ms to 10 years. A request that isn't decided in time is rejected. <see langword="null"/>, the
    /// default, means forever.
    /// </summary>
    public TimeSpan? ExpiresAfter { get; init; }

    /// <summary>
    /// Who may decide: 1 to 100 names of 1 to 256 characters, compared case-sensitively. <see langword="null"/>, the default, means anyone. The queue doesn't
    /// authenticate names; that is up to the application.
    /// </summary>
    public IReadOnlyList<string>? Approvers { get; init; }
}

namespace DurableQueue.ModelTests.Approvals;

/// <summary>One request for an approval, as the audit trail must tell it.</summary>
internal sealed record ModelRequest(long Id, long Task, bool InRun, string What, string? Key)
{
    /// <summary>The task's, as long as it is pending; then what it was.</summary>
    public required string Group { get; set; }

    public string Arguments { get; set; } = "";

    public int Attempt { get; init; }

    public IReadOnlyList<string> Gates { get; init; } = [];

    public IReadOnlyList<string>? Approvers { get; init; }

    public DateTimeOffset AskedAt { get; init; }

    public TimeSpan? Lifetime { get; init; }

    public DateTimeOffset? ExpiresAt => AskedAt + Lifetime;

    public ApprovalStatus Status { get; set; }

    public string? DecidedBy { get; set; }

    public DateTimeOffset? DecidedAt { get; set; }

    public bool Outdated { get; set; }

    public bool TaskGone { get; set; }

    public bool IsPending => Status == ApprovalStatus.Pending;
}

namespace DurableQueue.Approvals;

/// <summary>Judges a decision before it is stored.</summary>
/// <param name="Id">The request.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Approvers">Who may decide; <see langword="null"/> if anybody may.</param>
/// <param name="ExpiresAt">When it expires; <see langword="null"/> if it doesn't.</param>
internal readonly record struct ApprovalDecision(ApprovalId Id, ApprovalStatus Status, IReadOnlyList<string>? Approvers, DateTimeOffset? ExpiresAt)
{
    /// <summary>The request is pending, and its time is not up.</summary>
    public bool IsOpen(DateTimeOffset now) => Status == ApprovalStatus.Pending && !(ExpiresAt <= now);

    /// <summary>Throws unless this person may decide the request now.</summary>
    /// <exception cref="ApprovalStateException">It was decided, was withdrawn or has expired.</exception>
    /// <exception cref="ApproverNotAllowedException">Others may decide it.</exception>
    public void Require(string by, DateTimeOffset now)
    {
        if (Status != ApprovalStatus.Pending)
        {
            throw new ApprovalStateException(Id, Status, $"Request {Id} is {Status}: there is one decision per request.");
        }

        if (!IsOpen(now))
        {
            throw new ApprovalStateException(Id, ApprovalStatus.Expired, $"Request {Id} expired at {ExpiresAt:O}.");
        }

        if (Approvers is not null && !Approvers.Contains(by, StringComparer.Ordinal))
        {
            throw new ApproverNotAllowedException(Id, by, Approvers);
        }
    }
}

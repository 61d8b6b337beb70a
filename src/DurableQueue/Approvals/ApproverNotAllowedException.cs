namespace DurableQueue;

/// <summary>Thrown when an approval request names its approvers and the decision comes from someone else. Nothing has changed.</summary>
public sealed class ApproverNotAllowedException : DurableQueueException
{
    /// <summary>Creates an exception with the request, the name that was refused, and the approvers.</summary>
    public ApproverNotAllowedException(ApprovalId id, string by, IReadOnlyList<string> approvers)
        : base(Describe(id, by, approvers))
    {
        Id = id;
        By = by;
        Approvers = approvers;
    }

    /// <summary>The id of the request.</summary>
    public ApprovalId Id { get; }

    /// <summary>Who tried to decide.</summary>
    public string By { get; }

    /// <summary>Who may decide.</summary>
    public IReadOnlyList<string> Approvers { get; }

    private static string Describe(ApprovalId id, string by, IReadOnlyList<string> approvers)
    {
        ArgumentNullException.ThrowIfNull(approvers);
        return approvers.Count == 0
            ? $"'{by}' may not decide on approval request {id}: the gates that require it have no approver in common. Cancel the task, or change the gates."
            : $"'{by}' may not decide on approval request {id}. The approvers are {string.Join(", ", approvers)}.";
    }
}

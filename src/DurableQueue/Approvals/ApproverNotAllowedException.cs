namespace DurableQueue;

/// <summary>Somebody decided on a request that names others who may. Nothing was changed.</summary>
public sealed class ApproverNotAllowedException : DurableQueueException
{
    /// <summary>Names the request, who tried, and who may.</summary>
    public ApproverNotAllowedException(ApprovalId id, string by, IReadOnlyList<string> approvers)
        : base(Describe(id, by, approvers))
    {
        Id = id;
        By = by;
        Approvers = approvers;
    }

    /// <summary>The request.</summary>
    public ApprovalId Id { get; }

    /// <summary>Who tried to decide.</summary>
    public string By { get; }

    /// <summary>Who may.</summary>
    public IReadOnlyList<string> Approvers { get; }

    private static string Describe(ApprovalId id, string by, IReadOnlyList<string> approvers)
    {
        ArgumentNullException.ThrowIfNull(approvers);
        return approvers.Count == 0
            ? $"'{by}' may not decide on request {id}: the gates that ask for it have no approver in common. Cancel the task, or change the gates."
            : $"'{by}' may not decide on request {id}; only {string.Join(", ", approvers)} may.";
    }
}

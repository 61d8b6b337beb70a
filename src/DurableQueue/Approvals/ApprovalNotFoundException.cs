namespace DurableQueue;

/// <summary>Thrown when an approval request doesn't exist: it never did, or its record was pruned.</summary>
public sealed class ApprovalNotFoundException : DurableQueueException
{
    /// <summary>Creates an exception that names the missing request.</summary>
    public ApprovalNotFoundException(ApprovalId id)
        : base($"Approval request {id} does not exist.") => Id = id;

    /// <summary>The id of the missing request.</summary>
    public ApprovalId Id { get; }
}

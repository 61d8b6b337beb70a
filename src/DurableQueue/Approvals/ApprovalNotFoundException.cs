namespace DurableQueue;

/// <summary>There is no such request for an approval: never was, or its record was pruned.</summary>
public sealed class ApprovalNotFoundException : DurableQueueException
{
    /// <summary>Names the request.</summary>
    public ApprovalNotFoundException(ApprovalId id)
        : base($"There is no approval request {id}.") => Id = id;

    /// <summary>The request.</summary>
    public ApprovalId Id { get; }
}

namespace DurableQueue;

/// <summary>Thrown when an approval request isn't pending, because a request is decided only once. Nothing has changed.</summary>
public sealed class ApprovalStateException : DurableQueueException
{
    /// <summary>Creates an exception with the request, its status and a message.</summary>
    public ApprovalStateException(ApprovalId id, ApprovalStatus status, string message)
        : base(message)
    {
        Id = id;
        Status = status;
    }

    /// <summary>The id of the request.</summary>
    public ApprovalId Id { get; }

    /// <summary>The status of the request.</summary>
    public ApprovalStatus Status { get; }
}

namespace DurableQueue;

/// <summary>The request is not pending any more: there is one decision per request. Nothing was changed.</summary>
public sealed class ApprovalStateException : DurableQueueException
{
    /// <summary>Names the request and how it stands.</summary>
    public ApprovalStateException(ApprovalId id, ApprovalStatus status, string message)
        : base(message)
    {
        Id = id;
        Status = status;
    }

    /// <summary>The request.</summary>
    public ApprovalId Id { get; }

    /// <summary>How it stands.</summary>
    public ApprovalStatus Status { get; }
}

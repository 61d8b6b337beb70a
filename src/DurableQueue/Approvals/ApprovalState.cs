namespace DurableQueue.Approvals;

/// <summary>How a task stands with the approval that it needs before it runs. Stored as <c>task.approval</c>.</summary>
internal enum ApprovalState
{
    /// <summary>It needs none.</summary>
    None = 0,

    Pending = 1,
    Approved = 2,
    Rejected = 3,
}

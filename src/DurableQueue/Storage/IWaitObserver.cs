namespace DurableQueue.Storage;

/// <summary>A store that has to know which attempt waits for what, as that of a test kit does.</summary>
internal interface IWaitObserver
{
    /// <summary>Waits as <see cref="ITaskInspector.WaitAsync"/> does, for the suspended attempt of a task.</summary>
    ValueTask<WaitSummary> WaitAsync(TaskId waiting, IReadOnlyList<TaskId> ids, WaitOptions? options, CancellationToken cancellationToken);

    /// <summary>Waits as <see cref="ITaskApprovals.WaitAsync"/> does, for an attempt that asked, suspended or not.</summary>
    ValueTask<ApprovalInfo> WaitForDecisionAsync(Lease waiting, ApprovalId id, CancellationToken cancellationToken);
}

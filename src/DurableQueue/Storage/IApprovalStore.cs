namespace DurableQueue.Storage;

/// <summary>Requests for approvals, their decisions, and gates.</summary>
internal interface IApprovalStore
{
    /// <returns>The new request, or the equal one of the same run; <see langword="null"/> if the lease is lost.</returns>
    ValueTask<ApprovalId?> RequestAsync(Lease lease, CheckedRequest request, CancellationToken cancellationToken);

    /// <exception cref="ApprovalNotFoundException">There is no such request.</exception>
    /// <exception cref="ApprovalStateException">It is not pending any more.</exception>
    /// <exception cref="ApproverNotAllowedException">Others decide.</exception>
    ValueTask DecideAsync(ApprovalId id, CheckedDecision decision, CancellationToken cancellationToken);

    /// <summary>The same for the request that a queued task waits for before its run.</summary>
    ValueTask DecideAsync(TaskId task, CheckedDecision decision, CancellationToken cancellationToken);

    ValueTask<ApprovalInfo?> FindAsync(ApprovalId id, CancellationToken cancellationToken);

    /// <returns>Pending requests behind an id, oldest first.</returns>
    ValueTask<IReadOnlyList<ApprovalInfo>> ReadPendingAsync(ApprovalId after, int limit, CancellationToken cancellationToken);

    /// <returns>Requests that match, behind an id in place of that of the query, oldest first.</returns>
    ValueTask<IReadOnlyList<ApprovalInfo>> ReadAsync(ApprovalQuery query, ApprovalId after, int limit, CancellationToken cancellationToken);

    ValueTask SetGateAsync(ApprovalGate gate, CancellationToken cancellationToken);

    ValueTask<bool> RemoveGateAsync(string name, CancellationToken cancellationToken);

    /// <returns>All gates, by name.</returns>
    ValueTask<IReadOnlyList<ApprovalGate>> ReadGatesAsync(CancellationToken cancellationToken);

    /// <summary>Deletes records of approvals whose task is gone and that were decided long ago: one chunk.</summary>
    /// <returns>Whether there may be more.</returns>
    ValueTask<bool> PruneAsync(TimeSpan keep, CancellationToken cancellationToken);
}

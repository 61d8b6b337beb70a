namespace DurableQueue;

/// <summary>
/// Approval requests, before the first run of a task and from running handlers; the gates that require approvals; and the audit trail. When a call returns, its
/// change is committed.
/// </summary>
public interface ITaskApprovals
{
    /// <summary>
    /// Stores an approval request of a running attempt, or returns the equal request (with the same text, arguments and
    /// <see cref="ApprovalOptions.Key"/>) that this or an earlier attempt made. In handlers, use <see cref="TaskContext.RequestApprovalAsync"/>,
    /// which also waits for the decision.
    /// </summary>
    /// <param name="lease">The lease of the attempt. It stays valid and must be renewed.</param>
    /// <param name="what">What needs approval, for people; 1 to 512 characters.</param>
    /// <param name="arguments">The exact arguments, at most 1,048,576 characters.</param>
    /// <param name="options">Who may decide, until when, and the key. An existing request keeps its options.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <returns>The request, which may already be decided; <see langword="null"/> if the lease is lost, and nothing was stored.</returns>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    ValueTask<ApprovalInfo?> RequestAsync(
        Lease lease, string what, string arguments = "", ApprovalOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Waits until a request is no longer pending. Returns at once after a decision in the same process, and usually within 50 ms after one in another process.
    /// </summary>
    /// <param name="id">The request.</param>
    /// <param name="cancellationToken">Ends the wait; the request stays pending.</param>
    /// <returns>The request with its decision.</returns>
    /// <exception cref="ApprovalNotFoundException">The request doesn't exist, or its record was pruned during the wait.</exception>
    ValueTask<ApprovalInfo> WaitAsync(ApprovalId id, CancellationToken cancellationToken = default);

    /// <summary>Approves a pending request.</summary>
    /// <param name="id">The request.</param>
    /// <param name="by">Who decides, 1 to 256 characters.</param>
    /// <param name="note">A note, stored with the decision; at most 4,096 characters.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ApprovalNotFoundException">The request doesn't exist.</exception>
    /// <exception cref="ApprovalStateException">The request was already decided, has expired, or was withdrawn.</exception>
    /// <exception cref="ApproverNotAllowedException">The request names its approvers, and <paramref name="by"/> isn't one of them.</exception>
    ValueTask ApproveAsync(ApprovalId id, string by, string? note = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Rejects a pending request. A task that has not run yet ends with <see cref="TaskOutcome.Rejected"/>; a running handler gets an
    /// <see cref="ApprovalRejectedException"/>.
    /// </summary>
    /// <param name="id">The request.</param>
    /// <param name="by">Who decides; 1 to 256 characters.</param>
    /// <param name="reason">The reason, stored with the decision; 1 to 4,096 characters.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ApprovalNotFoundException">The request doesn't exist.</exception>
    /// <exception cref="ApprovalStateException">The request was already decided, has expired, or was withdrawn.</exception>
    /// <exception cref="ApproverNotAllowedException">The request names its approvers, and <paramref name="by"/> isn't one of them.</exception>
    ValueTask RejectAsync(ApprovalId id, string by, string reason, CancellationToken cancellationToken = default);

    /// <summary>Reads one request.</summary>
    /// <returns><see langword="null"/> if the request doesn't exist.</returns>
    ValueTask<ApprovalInfo?> GetAsync(ApprovalId id, CancellationToken cancellationToken = default);

    /// <summary>Reads the pending requests, oldest first.</summary>
    /// <param name="limit">The maximum number of requests, 1 to 10,000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<ApprovalInfo>> ListPendingAsync(int limit = 1_000, CancellationToken cancellationToken = default);

    /// <summary>
    /// Yields each pending request once, then each new request as it is made, unless it is decided before it can be yielded. Runs until it is cancelled.
    /// </summary>
    /// <param name="after">Skips this request and all with lower ids.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    IAsyncEnumerable<ApprovalInfo> WatchPendingAsync(ApprovalId after = default, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads the audit trail in the order of the requests: what was requested, when, by which task and attempt, and who decided, when and why. The
    /// trail is read in pages, so that a long one can be exported.
    /// </summary>
    /// <param name="query">Which records to read; <see langword="null"/> means all.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    IAsyncEnumerable<ApprovalInfo> ReadAsync(ApprovalQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores a gate, replacing one with the same name. It applies to tasks that are enqueued, retried, moved to another group or routed from then on.
    /// </summary>
    /// <exception cref="ArgumentException">The gate has no condition, or a value is out of range.</exception>
    ValueTask SetGateAsync(ApprovalGate gate, CancellationToken cancellationToken = default);

    /// <summary>Removes a gate. Approval requests that it caused are kept.</summary>
    /// <returns><see langword="false"/> if the gate didn't exist.</returns>
    ValueTask<bool> RemoveGateAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Reads the gates, ordered by name.</summary>
    ValueTask<IReadOnlyList<ApprovalGate>> ListGatesAsync(CancellationToken cancellationToken = default);
}

namespace DurableQueue;

/// <summary>
/// Requests for approvals, before a task's first run and inside a run; the gates that ask for them; and the audit trail. What it acknowledges is on
/// disk.
/// </summary>
public interface ITaskApprovals
{
    /// <summary>
    /// Stores a request of a running attempt, or finds the one that this or an earlier attempt of the run stored: same text, same arguments, same
    /// <see cref="ApprovalOptions.Key"/>. For handlers there is <see cref="TaskContext.RequestApprovalAsync"/>, which also waits.
    /// </summary>
    /// <param name="lease">The lease of the attempt. It goes on and must be renewed.</param>
    /// <param name="what">What is to be done, for people; 1 to 512 characters.</param>
    /// <param name="arguments">With what, exactly; up to 1,048,576 characters, compared exactly.</param>
    /// <param name="options">Who may decide, until when, and the key. They count when the request is stored for the first time.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <returns>The request, maybe decided already; <see langword="null"/> if the lease is lost, and nothing was stored.</returns>
    /// <exception cref="ArgumentException">A value is out of its limits.</exception>
    ValueTask<ApprovalInfo?> RequestAsync(
        Lease lease, string what, string arguments = "", ApprovalOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Waits until a request is not pending any more: by a signal in the same process, within 50 ms after a commit of another.</summary>
    /// <param name="id">The request.</param>
    /// <param name="cancellationToken">Ends the wait, and nothing else.</param>
    /// <returns>The request with its decision.</returns>
    /// <exception cref="ApprovalNotFoundException">No such request, or its record was pruned meanwhile.</exception>
    ValueTask<ApprovalInfo> WaitAsync(ApprovalId id, CancellationToken cancellationToken = default);

    /// <summary>Approves a pending request: this one, and no other.</summary>
    /// <param name="id">The request.</param>
    /// <param name="by">Who decides; 1 to 256 characters.</param>
    /// <param name="note">Why; at most 4,096 characters.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <exception cref="ApprovalNotFoundException">No such request.</exception>
    /// <exception cref="ApprovalStateException">It was decided, has expired, or was withdrawn.</exception>
    /// <exception cref="ApproverNotAllowedException">It names who may decide, and this is somebody else.</exception>
    ValueTask ApproveAsync(ApprovalId id, string by, string? note = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Refuses a pending request. Before a run, the task ends <see cref="TaskOutcome.Rejected"/>; inside one, its handler gets an
    /// <see cref="ApprovalRejectedException"/>.
    /// </summary>
    /// <param name="id">The request.</param>
    /// <param name="by">Who decides; 1 to 256 characters.</param>
    /// <param name="reason">Why; 1 to 4,096 characters.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <exception cref="ApprovalNotFoundException">No such request.</exception>
    /// <exception cref="ApprovalStateException">It was decided, has expired, or was withdrawn.</exception>
    /// <exception cref="ApproverNotAllowedException">It names who may decide, and this is somebody else.</exception>
    ValueTask RejectAsync(ApprovalId id, string by, string reason, CancellationToken cancellationToken = default);

    /// <summary>One request; <see langword="null"/> if there is none.</summary>
    ValueTask<ApprovalInfo?> GetAsync(ApprovalId id, CancellationToken cancellationToken = default);

    /// <summary>What waits for a decision, oldest first.</summary>
    /// <param name="limit">At most so many; 1 to 10,000.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    ValueTask<IReadOnlyList<ApprovalInfo>> ListPendingAsync(int limit = 1_000, CancellationToken cancellationToken = default);

    /// <summary>Yields each request that is pending now, then each one that is asked for later, once, while it is pending. Ends with the token.</summary>
    /// <param name="after">Only requests behind this one.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    IAsyncEnumerable<ApprovalInfo> WatchPendingAsync(ApprovalId after = default, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads the audit trail, in the order of the requests: what was asked for, when, by which task and attempt, and who decided, when and why. In
    /// pages, so that a long trail can be exported as it is read.
    /// </summary>
    /// <param name="query">Which records; <see langword="null"/> means all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<ApprovalInfo> ReadAsync(ApprovalQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>Stores a gate, in place of one of the same name. It applies to tasks that are enqueued, retried, moved or routed from now on.</summary>
    /// <exception cref="ArgumentException">It names nothing, or a value is out of its limits.</exception>
    ValueTask SetGateAsync(ApprovalGate gate, CancellationToken cancellationToken = default);

    /// <summary>Removes a gate. Requests that it asked for stay.</summary>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> RemoveGateAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The gates, by name.</summary>
    ValueTask<IReadOnlyList<ApprovalGate>> ListGatesAsync(CancellationToken cancellationToken = default);
}

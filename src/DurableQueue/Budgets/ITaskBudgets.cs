namespace DurableQueue;

/// <summary>
/// Limits how often tasks may start and what they may cost. Caps apply across all threads and processes. While a cap is reached, its tasks wait
/// without slowing down the checkouts of others, and they start again as soon as the window has room.
/// </summary>
/// <remarks>
/// A task counts against the budgets of its group, of its type, and of each of its metadata values whose key has a budget. For each of these, its own
/// budget applies or else the default, never both.
/// </remarks>
public interface ITaskBudgets
{
    /// <summary>
    /// Sets the budget of a target, replacing the former one. It applies from the next checkout on. Costs that were charged before count; starts
    /// before the first rate cap don't.
    /// </summary>
    /// <param name="target">What the budget is for.</param>
    /// <param name="policy">The caps. A policy without caps exempts the target from the default.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <remarks>
    /// If it affects many groups, types or metadata values, they are updated in chunks. After a crash, the rest is updated when their window moves
    /// on.
    /// </remarks>
    /// <exception cref="ArgumentException">A value is out of range, or the time zone is unknown.</exception>
    ValueTask SetAsync(BudgetTarget target, BudgetPolicy policy, CancellationToken cancellationToken = default);

    /// <summary>Removes the budget of a target, so that the default applies to it. Tasks that wait for the budget continue.</summary>
    /// <returns><see langword="false"/> if the target had no budget.</returns>
    ValueTask<bool> RemoveAsync(BudgetTarget target, CancellationToken cancellationToken = default);

    /// <summary>Reads all budgets that are set, ordered by groups, types and metadata, each with the default first.</summary>
    ValueTask<IReadOnlyList<Budget>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads the budget that applies to one group, type or metadata value, and how much of it is used.</summary>
    /// <param name="target">The target; it can't be a default.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<BudgetStatus> GetAsync(BudgetTarget target, CancellationToken cancellationToken = default);

    /// <summary>Reads the status of the budgets that have counted a start or a cost.</summary>
    /// <param name="usedUpOnly"><see langword="true"/> to read only budgets that are used up.</param>
    /// <param name="limit">The maximum number of budgets, 1 to 10,000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<BudgetStatus>> ListStatusAsync(bool usedUpOnly = false, int limit = 1_000, CancellationToken cancellationToken = default);

    /// <summary>
    /// Charges a cost of an attempt. A call that is repeated with the same key, for example after an error, counts once. The cost is also charged if
    /// the lease is lost, because the money is spent.
    /// </summary>
    /// <param name="lease">The lease of the attempt.</param>
    /// <param name="cost">The amount.</param>
    /// <param name="key">Distinguishes the charge from others of the same attempt; 1 to 256 characters.</param>
    /// <param name="tags">Values stored with the charge, such as the name of a model. The limits of <see cref="NewTask.Metadata"/> apply.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">A value is out of range, or the task never had such a lease.</exception>
    /// <exception cref="TaskNotFoundException">The task doesn't exist.</exception>
    ValueTask<ChargeResult> ChargeAsync(
        Lease lease, Cost cost, string key, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default);

    /// <summary>Reads the charges of a task, oldest attempt first. They are deleted with the task.</summary>
    /// <exception cref="TaskNotFoundException">The task doesn't exist.</exception>
    ValueTask<IReadOnlyList<CostCharge>> GetChargesAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sums up costs by day, then by group, type and metadata value, then by unit, in this order. The sums are kept after their tasks are deleted.
    /// </summary>
    ValueTask<IReadOnlyList<BudgetUsage>> GetUsageAsync(BudgetUsageQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes costs from before a time, in chunks. Costs that still count against a cap are kept.</summary>
    /// <returns>The number of stored sums that were deleted.</returns>
    ValueTask<int> PruneUsageAsync(DateTimeOffset before, CancellationToken cancellationToken = default);
}

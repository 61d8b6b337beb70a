namespace DurableQueue;

/// <summary>
/// How often tasks may start and what they may cost. Caps hold over all threads and processes; while one is reached, its tasks cost the checkouts of
/// others nothing, and start again by themselves when the window moves on.
/// </summary>
/// <remarks>
/// A task counts against the budgets of its group, of its type and of each of its metadata values whose key has one. The budget of a target is its
/// own or else the default of its kind, never both.
/// </remarks>
public interface ITaskBudgets
{
    /// <summary>
    /// Sets the budget of a target, in place of the one it had. Works from the next checkout on; costs that were charged before count, starts
    /// before the first rate cap do not.
    /// </summary>
    /// <param name="target">Whose budget.</param>
    /// <param name="policy">Its caps; without any it lifts those of the default.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <remarks>Where many groups, types or values are concerned, they are looked at in chunks; a crash leaves the rest to their next window.</remarks>
    /// <exception cref="ArgumentException">A value is out of its limits, or the time zone is unknown.</exception>
    ValueTask SetAsync(BudgetTarget target, BudgetPolicy policy, CancellationToken cancellationToken = default);

    /// <summary>Removes the budget of a target; the default of its kind holds for it then. Tasks that wait for it go on.</summary>
    /// <returns>False if it had none.</returns>
    ValueTask<bool> RemoveAsync(BudgetTarget target, CancellationToken cancellationToken = default);

    /// <summary>Reads all budgets that are set: groups, types, metadata; the default before the others.</summary>
    ValueTask<IReadOnlyList<Budget>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads what holds for one group, type or value, how much of it is used, and until when it is used up.</summary>
    /// <param name="target">No default.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    ValueTask<BudgetStatus> GetAsync(BudgetTarget target, CancellationToken cancellationToken = default);

    /// <summary>Reads how the budgets stand that have counted something.</summary>
    /// <param name="usedUpOnly">Only those with a cap that is reached.</param>
    /// <param name="limit">1 to 10,000.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    ValueTask<IReadOnlyList<BudgetStatus>> ListStatusAsync(bool usedUpOnly = false, int limit = 1_000, CancellationToken cancellationToken = default);

    /// <summary>
    /// Charges what an attempt cost. On disk when the call returns; a call that is repeated with the same key, after an error perhaps, counts once.
    /// Accepted from attempts whose lease is lost too: the money is spent.
    /// </summary>
    /// <param name="lease">The lease of the attempt.</param>
    /// <param name="cost">How much.</param>
    /// <param name="key">Tells it from the other charges of the attempt; 1 to 256 characters.</param>
    /// <param name="tags">Kept with the charge, such as the name of a model; limits as in <see cref="NewTask.Metadata"/>.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <exception cref="ArgumentException">A value is out of its limits, or the task never had such a lease.</exception>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    ValueTask<ChargeResult> ChargeAsync(
        Lease lease, Cost cost, string key, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default);

    /// <summary>Reads what was charged to a task, oldest attempt first; deleted with the task.</summary>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    ValueTask<IReadOnlyList<CostCharge>> GetChargesAsync(TaskId id, CancellationToken cancellationToken = default);

    /// <summary>Adds up costs per day, per group, type and metadata value, and per unit; ordered so. They outlive their tasks.</summary>
    ValueTask<IReadOnlyList<BudgetUsage>> GetUsageAsync(BudgetUsageQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>Forgets costs from before a time, in chunks. Costs that still count against a cap are kept.</summary>
    /// <returns>How many stored sums were deleted.</returns>
    ValueTask<int> PruneUsageAsync(DateTimeOffset before, CancellationToken cancellationToken = default);
}

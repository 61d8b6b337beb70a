using DurableQueue.Budgets;

namespace DurableQueue.Storage;

/// <summary>Policies of budgets, charges, and what was used.</summary>
internal interface IBudgetStore
{
    /// <summary>Stores the policy of a target, or deletes it. <see cref="ReopenAsync"/> then applies it to its usage counters.</summary>
    /// <param name="target">The target of the budget.</param>
    /// <param name="policy"><see langword="null"/>: none.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued.</param>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> WriteAsync(BudgetTarget target, StoredPolicy? policy, CancellationToken cancellationToken);

    /// <summary>After a policy changed: works out what its usage counters have room for, a chunk of them.</summary>
    /// <returns>Where the next chunk begins; <see langword="null"/> after the last one.</returns>
    ValueTask<UsagePlace?> ReopenAsync(BudgetTarget target, UsagePlace? after, CancellationToken cancellationToken);

    /// <returns>All policies, by target.</returns>
    ValueTask<IReadOnlyList<Budget>> ReadPoliciesAsync(CancellationToken cancellationToken);

    /// <returns>What a target has used, and what it may.</returns>
    ValueTask<BudgetStatus> ReadStatusAsync(BudgetTarget target, CancellationToken cancellationToken);

    /// <returns>The same of every target that has used something, in order.</returns>
    ValueTask<IReadOnlyList<BudgetStatus>> ReadStatusesAsync(bool usedUpOnly, int limit, CancellationToken cancellationToken);

    ValueTask<ChargeResult> ChargeAsync(Lease lease, CheckedCharge charge, CancellationToken cancellationToken);

    /// <returns>The charges of a task, oldest first.</returns>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    ValueTask<IReadOnlyList<CostCharge>> ReadChargesAsync(TaskId id, CancellationToken cancellationToken);

    /// <returns>What was charged, in sums of quarters of an hour: days of all time zones begin at one.</returns>
    ValueTask<IReadOnlyList<UsageOfQuarter>> ReadUsageAsync(CheckedUsageQuery query, CancellationToken cancellationToken);

    /// <summary>Deletes what was counted before a time and counts no longer: one chunk.</summary>
    ValueTask<PruneProgress> PruneUsageAsync(long beforeMs, long after, CancellationToken cancellationToken);
}

using DurableQueue.Budgets;
using DurableQueue.Storage;

namespace DurableQueue.PostgreSql;

/// <summary>The budgets that there can't be yet.</summary>
internal sealed class BudgetStoreNotYet : IBudgetStore
{
    private static NotSupportedException Refusal => NotYet.Refuse("Budgets and costs are");

    public ValueTask<bool> WriteAsync(BudgetTarget target, StoredPolicy? policy, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask<UsagePlace?> ReopenAsync(BudgetTarget target, UsagePlace? after, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask<IReadOnlyList<Budget>> ReadPoliciesAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask<BudgetStatus> ReadStatusAsync(BudgetTarget target, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask<IReadOnlyList<BudgetStatus>> ReadStatusesAsync(bool usedUpOnly, int limit, CancellationToken cancellationToken) => new([]);

    public ValueTask<ChargeResult> ChargeAsync(Lease lease, CheckedCharge charge, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask<IReadOnlyList<CostCharge>> ReadChargesAsync(TaskId id, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask<IReadOnlyList<UsageOfQuarter>> ReadUsageAsync(CheckedUsageQuery query, CancellationToken cancellationToken) => new([]);

    public ValueTask<PruneProgress> PruneUsageAsync(long beforeMs, long after, CancellationToken cancellationToken) => new(new PruneProgress(0, after, IsLast: true));
}

using DurableQueue.Budgets;
using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>Checks policies and charges, and goes through usage counters in chunks.</summary>
internal sealed class TaskBudgets(IBudgetStore store) : ITaskBudgets
{
    private const int MostListed = 10_000;

    public async ValueTask SetAsync(BudgetTarget target, BudgetPolicy policy, CancellationToken cancellationToken = default)
    {
        var stored = BudgetRules.CheckPolicy(policy);
        await store.WriteAsync(BudgetRules.CheckTarget(target), stored, cancellationToken).ConfigureAwait(false);
        await ReopenAsync(target).ConfigureAwait(false);
    }

    public async ValueTask<bool> RemoveAsync(BudgetTarget target, CancellationToken cancellationToken = default)
    {
        var existed = await store.WriteAsync(BudgetRules.CheckTarget(target), null, cancellationToken).ConfigureAwait(false);
        await ReopenAsync(target).ConfigureAwait(false);
        return existed;
    }

    public ValueTask<IReadOnlyList<Budget>> ListAsync(CancellationToken cancellationToken = default) => store.ReadPoliciesAsync(cancellationToken);

    public ValueTask<BudgetStatus> GetAsync(BudgetTarget target, CancellationToken cancellationToken = default)
    {
        BudgetRules.CheckOne(target);
        return store.ReadStatusAsync(target, cancellationToken);
    }

    public ValueTask<IReadOnlyList<BudgetStatus>> ListStatusAsync(bool usedUpOnly = false, int limit = 1_000, CancellationToken cancellationToken = default)
    {
        Check.Between(limit, 1, MostListed, nameof(limit));
        return store.ReadStatusesAsync(usedUpOnly, limit, cancellationToken);
    }

    public ValueTask<ChargeResult> ChargeAsync(
        Lease lease, Cost cost, string key, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default)
    {
        var amount = Amounts.ToStored(cost.Amount, "cost.Amount");
        var unit = BudgetRules.CheckUnit(cost.Unit, "cost.Unit");
        var json = StoredJson.Write(NewTaskRules.CheckMetadata(tags));
        return store.ChargeAsync(lease, new CheckedCharge(BudgetRules.CheckChargeKey(key), unit, amount, json), cancellationToken);
    }

    public ValueTask<IReadOnlyList<CostCharge>> GetChargesAsync(TaskId id, CancellationToken cancellationToken = default) =>
        store.ReadChargesAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<BudgetUsage>> GetUsageAsync(BudgetUsageQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new BudgetUsageQuery();
        var zone = BudgetRules.CheckZone(query.TimeZone, nameof(query.TimeZone));
        var asked = new CheckedUsageQuery(
            query.From is { } from ? Times.ToMs(from) : long.MinValue,
            query.To is { } to ? Times.ToMs(to) : long.MaxValue,
            query.Target is { } target ? BudgetRules.CheckTarget(target) : null,
            query.Unit is null ? null : BudgetRules.CheckUnit(query.Unit, nameof(query.Unit)));
        return ReadUsageAsync(asked, zone, cancellationToken);
    }

    public async ValueTask<int> PruneUsageAsync(DateTimeOffset before, CancellationToken cancellationToken = default)
    {
        var (deleted, progress) = (0, default(PruneProgress));
        while (!progress.IsLast)
        {
            progress = await store.PruneUsageAsync(Times.ToMs(before), progress.Through, cancellationToken).ConfigureAwait(false);
            deleted += progress.Deleted;
        }

        return deleted;
    }

    private async ValueTask<IReadOnlyList<BudgetUsage>> ReadUsageAsync(CheckedUsageQuery query, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        var quarters = await store.ReadUsageAsync(query, cancellationToken).ConfigureAwait(false);
        return
        [
            .. quarters.GroupBy(quarter => (Day: DayOf(quarter), quarter.Target, quarter.Unit))
                .OrderBy(of => of.Key.Day).ThenBy(of => of.Key.Target.Scope).ThenBy(of => of.Key.Target.Key ?? "", StringComparer.Ordinal)
                .ThenBy(of => of.Key.Target.Name, StringComparer.Ordinal).ThenBy(of => of.Key.Unit, StringComparer.Ordinal)
                .Select(of => new BudgetUsage(of.Key.Day, of.Key.Target, of.Key.Unit, of.Sum(quarter => Amounts.FromStored(quarter.Amount)))),
        ];

        DateOnly DayOf(UsageOfQuarter quarter) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Times.FromMs(quarter.StartMs), zone).DateTime);
    }

    /// <summary>The policy is stored: what follows from it is no longer the caller's to cancel.</summary>
    private async Task ReopenAsync(BudgetTarget target)
    {
        UsagePlace? place = null;
        do
        {
            place = await store.ReopenAsync(target, place, CancellationToken.None).ConfigureAwait(false);
        }
        while (place is not null);
    }
}

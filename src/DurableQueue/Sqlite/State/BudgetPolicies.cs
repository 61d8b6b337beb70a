using DurableQueue.Budgets;

namespace DurableQueue.Sqlite;

/// <summary>The policies in memory. They stay there while others commit, as long as the stored version is theirs.</summary>
internal sealed class BudgetPolicies(WriteConnection db)
{
    private readonly Dictionary<(BudgetScope Scope, string Key, string? Name), StoredPolicy> policies = [];
    private readonly List<string> metadataKeys = [];
    private long loaded;

    private const string Select =
        """
        SELECT kind, key, every, name, rate, rate_window_ms, cost, cost_unit, cost_period, cost_window_ms, cost_zone, estimate, refuses FROM budget
        """;

    public bool Any => policies.Count > 0;

    /// <summary>Keys of metadata that have a budget.</summary>
    public IReadOnlyList<string> MetadataKeys => metadataKeys;

    /// <summary>Reads them if they changed since they were read; version 0 is the empty list.</summary>
    /// <returns>Whether they changed.</returns>
    public bool Load(long version)
    {
        if (version == loaded)
        {
            return false;
        }

        policies.Clear();
        metadataKeys.Clear();
        var select = db[Select];
        while (select.Step())
        {
            var (scope, key) = ((BudgetScope)select.Int(0), select.Text(1));
            policies[(scope, key, select.Bool(2) ? null : select.Text(3))] = new StoredPolicy
            {
                Rate = select.Long(4),
                RateWindowMs = select.Long(5),
                Cost = select.Long(6),
                CostUnit = select.Text(7),
                CostPeriod = (BudgetPeriod)select.Int(8),
                CostWindowMs = select.Long(9),
                CostZone = select.Text(10),
                Estimate = select.Long(11),
                Refuses = select.Bool(12),
            };
            if (scope == BudgetScope.Metadata && !metadataKeys.Contains(key))
            {
                metadataKeys.Add(key);
            }
        }

        loaded = version;
        return true;
    }

    /// <summary>What was read may have been rolled back.</summary>
    public void Forget() => loaded = -1;

    /// <summary>The policy of its own, else the default.</summary>
    public StoredPolicy? Find(BudgetScope scope, string key, string name) =>
        policies.GetValueOrDefault((scope, key, name)) ?? policies.GetValueOrDefault((scope, key, null));
}

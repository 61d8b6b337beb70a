namespace DurableQueue.Budgets;

/// <summary>All policies of a queue.</summary>
internal sealed class PolicySet
{
    private readonly Dictionary<(BudgetScope Scope, string Key, string? Name), PolicyCaps> policies = [];
    private readonly List<string> metadataKeys = [];
    private readonly List<string> commands = [];

    public bool IsEmpty => policies.Count == 0;

    /// <summary>Metadata keys with a budget, for one value or for every value.</summary>
    public IReadOnlyList<string> MetadataKeys => metadataKeys;

    /// <summary>The patterns of commands with a budget.</summary>
    public IReadOnlyList<string> Commands => commands;

    public void Clear()
    {
        policies.Clear();
        commands.Clear();
        metadataKeys.Clear();
    }

    /// <param name="scope">What it is for.</param>
    /// <param name="key">The metadata key; otherwise empty.</param>
    /// <param name="name">The group, type, value or pattern; <see langword="null"/> for the default.</param>
    /// <param name="policy">The policy.</param>
    public void Add(BudgetScope scope, string key, string? name, StoredPolicy policy)
    {
        policies[(scope, key, name)] = new PolicyCaps(policy.RateCap, policy.CostCap);
        if (scope == BudgetScope.Command)
        {
            commands.Add(name!);
        }

        if (scope == BudgetScope.Metadata && !metadataKeys.Contains(key))
        {
            metadataKeys.Add(key);
        }
    }

    /// <summary>The caps of its own policy, or those of the default.</summary>
    public PolicyCaps? Find(BudgetScope scope, string key, string name) =>
        policies.GetValueOrDefault((scope, key, name)) ?? policies.GetValueOrDefault((scope, key, null));

    /// <summary>The cap that applies to a counter; <see langword="null"/> if there is none.</summary>
    public BudgetCap? CapOf(CounterKey counter)
    {
        var caps = Find(counter.Scope, counter.Key, counter.Name);
        return counter.Unit == BudgetCap.Starts ? caps?.Rate : caps?.Cost is { } cost && cost.Unit == counter.Unit ? cost : null;
    }
}

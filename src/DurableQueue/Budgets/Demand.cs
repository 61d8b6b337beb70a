namespace DurableQueue.Budgets;

/// <summary>One counter that the start of a task counts on, and the amount: 1 for starts, and for money what the attempt reserves.</summary>
internal readonly record struct Demand(CounterKey Counter, long Amount)
{
    /// <summary>Adds the demands that a task has because of its group and type.</summary>
    /// <param name="policies">The policies.</param>
    /// <param name="group">The group.</param>
    /// <param name="type">The type.</param>
    /// <param name="own">The estimate of the task itself; <see langword="null"/> if it has none.</param>
    /// <param name="demands">The list that they are added to.</param>
    public static void AddForLane(PolicySet policies, string group, string type, CostEstimate? own, List<Demand> demands)
    {
        Add(policies, BudgetScope.Group, "", group, own, demands);
        Add(policies, BudgetScope.Type, "", type, own, demands);
    }

    /// <summary>Adds the demands that a task has because of its metadata.</summary>
    public static void AddForMetadata(
        PolicySet policies, IReadOnlyDictionary<string, string> metadata, CostEstimate? own, List<Demand> demands)
    {
        foreach (var key in policies.MetadataKeys)
        {
            if (metadata.TryGetValue(key, out var value))
            {
                Add(policies, BudgetScope.Metadata, key, value, own, demands);
            }
        }
    }

    /// <summary>Adds the demands that a command has because of its text.</summary>
    public static void AddForCommand(PolicySet policies, string command, CostEstimate? own, List<Demand> demands)
    {
        foreach (var pattern in policies.Commands)
        {
            if (CommandPattern.Matches(pattern, command))
            {
                Add(policies, BudgetScope.Command, "", pattern, own, demands);
            }
        }
    }

    private static void Add(PolicySet policies, BudgetScope scope, string key, string name, CostEstimate? own, List<Demand> demands)
    {
        var caps = policies.Find(scope, key, name);
        if (caps?.Rate is not null)
        {
            demands.Add(new Demand(new CounterKey(scope, key, name, BudgetCap.Starts), 1));
        }

        if (caps?.Cost is { } cost)
        {
            demands.Add(new Demand(new CounterKey(scope, key, name, cost.Unit), own is { } o && o.Unit == cost.Unit ? o.Amount : cost.Estimate));
        }

        // Without a cap too, what running attempts may cost is kept: a cap that is set later finds it reserved.
        if (own is { Amount: > 0 } estimate && caps?.Cost?.Unit != estimate.Unit)
        {
            demands.Add(new Demand(new CounterKey(scope, key, name, estimate.Unit), estimate.Amount));
        }
    }
}

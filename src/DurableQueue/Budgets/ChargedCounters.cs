namespace DurableQueue.Budgets;

/// <summary>The counters that money is counted on. They count whether or not they have a cap.</summary>
internal static class ChargedCounters
{
    /// <param name="policies">The policies: values of a metadata key are counted only while the key has a budget.</param>
    /// <param name="group">The group of the task.</param>
    /// <param name="type">Its type.</param>
    /// <param name="metadata">Its metadata; asked only if a metadata key has a budget.</param>
    /// <param name="command">The text of the command, or <see langword="null"/>; asked only if a pattern has a budget.</param>
    /// <param name="unit">The unit of the money.</param>
    public static List<CounterKey> Of(
        PolicySet policies, string group, string type, Func<IReadOnlyDictionary<string, string>> metadata, Func<string?> command, string unit)
    {
        var counters = new List<CounterKey> { new(BudgetScope.Group, "", group, unit), new(BudgetScope.Type, "", type, unit) };
        if (policies.MetadataKeys.Count > 0)
        {
            var entries = metadata();
            foreach (var key in policies.MetadataKeys)
            {
                if (entries.TryGetValue(key, out var value))
                {
                    counters.Add(new CounterKey(BudgetScope.Metadata, key, value, unit));
                }
            }
        }

        if (policies.Commands.Count > 0 && command() is { } text)
        {
            counters.AddRange(policies.Commands.Where(pattern => CommandPattern.Matches(pattern, text)).Select(pattern => new CounterKey(BudgetScope.Command, "", pattern, unit)));
        }

        return counters;
    }
}

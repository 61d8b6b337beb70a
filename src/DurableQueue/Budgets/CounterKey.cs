namespace DurableQueue.Budgets;

/// <summary>What a usage counter counts: starts or money, of one group, type or metadata value.</summary>
/// <param name="Scope">Whether it is about a group, a type or a metadata value.</param>
/// <param name="Key">The metadata key; empty for groups and types.</param>
/// <param name="Name">The group, the type or the metadata value.</param>
/// <param name="Unit">The unit of the money; <see cref="BudgetCap.Starts"/> for starts.</param>
internal readonly record struct CounterKey(BudgetScope Scope, string Key, string Name, string Unit)
{
    public BudgetTarget ToTarget() => Scope switch
    {
        BudgetScope.Group => BudgetTarget.Group(Name),
        BudgetScope.Type => BudgetTarget.Type(Name),
        _ => BudgetTarget.Value(Key, Name),
    };
}

namespace DurableQueue.Budgets;

/// <summary>What a usage counter counts: starts or money, of one group, type, metadata value or pattern of commands.</summary>
/// <param name="Scope">What it is about.</param>
/// <param name="Key">The metadata key; otherwise empty.</param>
/// <param name="Name">The group, the type, the metadata value or the pattern.</param>
/// <param name="Unit">The unit of the money; <see cref="BudgetCap.Starts"/> for starts.</param>
internal readonly record struct CounterKey(BudgetScope Scope, string Key, string Name, string Unit)
{
    public BudgetTarget ToTarget() => Scope switch
    {
        BudgetScope.Group => BudgetTarget.Group(Name),
        BudgetScope.Type => BudgetTarget.Type(Name),
        BudgetScope.Command => BudgetTarget.Command(Name),
        _ => BudgetTarget.Value(Key, Name),
    };
}

namespace DurableQueue;

/// <summary>The cost of one group, type or metadata value on one day.</summary>
/// <param name="Day">The day, in the time zone of the query.</param>
/// <param name="Target">
/// The group, type or metadata value. Each charge counts in its group, in its type, and in each of its metadata values that has a budget.
/// </param>
/// <param name="Unit">The unit.</param>
/// <param name="Amount">The sum.</param>
public sealed record BudgetUsage(DateOnly Day, BudgetTarget Target, string Unit, decimal Amount);

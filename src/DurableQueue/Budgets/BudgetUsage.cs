namespace DurableQueue;

/// <summary>What one group, type or value cost in one day.</summary>
/// <param name="Day">The day, in the time zone that was asked for.</param>
/// <param name="Target">Whose cost it is. Each charge is in the sums of its group, of its type and of its metadata values that have a budget.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Amount">The sum.</param>
public sealed record BudgetUsage(DateOnly Day, BudgetTarget Target, string Unit, decimal Amount);

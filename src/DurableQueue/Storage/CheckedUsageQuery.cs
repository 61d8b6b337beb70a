namespace DurableQueue.Storage;

/// <summary>Which usage is asked for, after validation.</summary>
/// <param name="FromMs">The first moment.</param>
/// <param name="ToMs">The moment behind the last.</param>
/// <param name="Target">The target of the budgets; a default stands for all that it covers; <see langword="null"/> means all targets.</param>
/// <param name="Unit">In which unit; <see langword="null"/>: in all of them.</param>
internal sealed record CheckedUsageQuery(long FromMs, long ToMs, BudgetTarget? Target, string? Unit);

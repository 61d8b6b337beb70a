namespace DurableQueue.Queueing;

/// <summary>80 % of a cap are used.</summary>
/// <param name="Target">The target of the budget.</param>
/// <param name="Unit">Of the amounts; <see langword="null"/> for starts.</param>
/// <param name="Used">With what is reserved.</param>
/// <param name="Cap">The cap.</param>
internal sealed record BudgetWarning(BudgetTarget Target, string? Unit, decimal Used, decimal Cap);

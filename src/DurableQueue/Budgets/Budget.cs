namespace DurableQueue;

/// <summary>A budget that was set.</summary>
/// <param name="Target">What the budget is for.</param>
/// <param name="Policy">The caps.</param>
public sealed record Budget(BudgetTarget Target, BudgetPolicy Policy);

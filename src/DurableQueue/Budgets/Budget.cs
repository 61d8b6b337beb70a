namespace DurableQueue;

/// <summary>A budget as it was set.</summary>
/// <param name="Target">Whose it is.</param>
/// <param name="Policy">Its caps.</param>
public sealed record Budget(BudgetTarget Target, BudgetPolicy Policy);

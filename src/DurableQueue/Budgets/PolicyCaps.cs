namespace DurableQueue.Budgets;

/// <summary>The caps of one policy; both are <see langword="null"/> if it only lifts those of the default.</summary>
internal sealed record PolicyCaps(BudgetCap? Rate, BudgetCap? Cost);

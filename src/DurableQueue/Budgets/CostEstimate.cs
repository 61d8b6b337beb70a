namespace DurableQueue.Budgets;

/// <summary>What an attempt of a task is expected to cost, as the task itself says.</summary>
internal readonly record struct CostEstimate(string Unit, long Amount);

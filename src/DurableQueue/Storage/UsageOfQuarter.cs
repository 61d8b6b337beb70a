namespace DurableQueue.Storage;

/// <summary>What was charged in a quarter of an hour.</summary>
/// <param name="Target">To whom.</param>
/// <param name="Unit">In which unit.</param>
/// <param name="StartMs">When the quarter begins.</param>
/// <param name="Amount">The sum, in billionths.</param>
internal readonly record struct UsageOfQuarter(BudgetTarget Target, string Unit, long StartMs, long Amount);

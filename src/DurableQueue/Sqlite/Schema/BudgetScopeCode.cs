namespace DurableQueue.Sqlite;

/// <summary>The columns <c>budget.kind</c> and <c>budget_meter.kind</c>: <see cref="BudgetScope"/> by number.</summary>
internal static class BudgetScopeCode
{
    public const string Group = "0";
    public const string Type = "1";
    public const string Metadata = "2";
    public const string Command = "3";
}

namespace DurableQueue.Budgets;

/// <summary>One cap in the units in which it is stored.</summary>
/// <param name="Unit">Empty for starts.</param>
/// <param name="Most">The cap; above 0.</param>
/// <param name="Window">Over what time it counts.</param>
/// <param name="Estimate">What an attempt reserves if its task has no estimate of its own; 0 for starts.</param>
/// <param name="Refuses">Tasks for which it has no room fail instead of waiting.</param>
internal sealed record BudgetCap(string Unit, long Most, BudgetWindow Window, long Estimate, bool Refuses)
{
    public const string Starts = "";

    /// <summary>The room that a usual start needs.</summary>
    public long Need { get; } = Math.Max(1, Estimate);

    /// <summary>From this amount on a warning is due.</summary>
    public long WarnsAt { get; } = (long)decimal.Ceiling(Most * BudgetMeter.WarningLevel);

    public bool IsRate => Unit.Length == 0;

    /// <summary>A stored amount as users see it: a number of starts, or money.</summary>
    public decimal AmountOf(long stored) => IsRate ? stored : Amounts.FromStored(stored);

    /// <summary>When a usual start fits again if nothing else happens until then.</summary>
    /// <param name="used">What is counted and reserved now.</param>
    /// <param name="entries">What is counted, oldest first.</param>
    /// <param name="nowMs">The current time.</param>
    public long RoomAtMs(long used, IEnumerable<(long AtMs, long Amount)> entries, long nowMs)
    {
        if (!Window.IsRolling)
        {
            return Window.EndMs(nowMs);
        }

        foreach (var (atMs, amount) in entries)
        {
            used -= amount;
            if (used + Need <= Most)
            {
                return Window.EndMs(atMs);
            }
        }

        // The rest is reserved: it is released by attempts, not by the clock.
        return Window.EndMs(nowMs);
    }
}

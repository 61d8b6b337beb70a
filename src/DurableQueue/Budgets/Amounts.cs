namespace DurableQueue.Budgets;

/// <summary>Amounts as they are stored: whole billionths.</summary>
internal static class Amounts
{
    public const decimal Most = 1_000_000_000m;
    private const decimal PerUnit = 1_000_000_000m;

    /// <summary>Checks an amount: from 0 to <see cref="Most"/>, with at most nine decimals.</summary>
    public static long ToStored(decimal amount, string argument)
    {
        if (amount is < 0 or > Most)
        {
            throw new ArgumentOutOfRangeException(argument, amount, $"{argument} must be between 0 and {Most}.");
        }

        var stored = amount * PerUnit;
        return decimal.Truncate(stored) == stored
            ? (long)stored
            : throw new ArgumentOutOfRangeException(argument, amount, $"{argument} must have at most nine decimals.");
    }

    public static decimal FromStored(long amount) => amount / PerUnit;
}

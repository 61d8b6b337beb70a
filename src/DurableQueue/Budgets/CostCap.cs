namespace DurableQueue;

/// <summary>
/// Limits the cost in a period. No task starts while the cost that was charged in the period, plus the cost that running attempts have reserved, reaches the
/// amount. Running attempts continue, so only estimates keep the cost below the amount.
/// </summary>
public sealed record CostCap
{
    private CostCap(decimal amount, string unit, BudgetPeriod period)
    {
        Amount = amount;
        Unit = unit;
        Period = period;
    }

    /// <summary>The amount: 0 to 1,000,000,000, with up to nine decimals. 0 means no cap.</summary>
    public decimal Amount { get; }

    /// <summary>The currency or another unit, such as <c>usd</c>. Only charges in this unit count. Letter case doesn't matter.</summary>
    public string Unit { get; }

    /// <summary>The period.</summary>
    public BudgetPeriod Period { get; }

    /// <summary>The length of a rolling window; zero for days and months.</summary>
    public TimeSpan Window { get; private init; }

    /// <summary>The IANA name of the time zone of days and months. The default is <c>UTC</c>.</summary>
    public string TimeZone { get; private init; } = "UTC";

    /// <summary>The expected cost of attempts whose task has no <see cref="NewTask.EstimatedCost"/>. The default is 0: nothing is reserved.</summary>
    public decimal Estimate { get; init; }

    /// <summary>Limits the cost per calendar day.</summary>
    public static CostCap PerDay(decimal amount, string unit = Cost.DefaultUnit, string timeZone = "UTC") =>
        new(amount, unit, BudgetPeriod.Day) { TimeZone = timeZone };

    /// <summary>Limits the cost per calendar month.</summary>
    public static CostCap PerMonth(decimal amount, string unit = Cost.DefaultUnit, string timeZone = "UTC") =>
        new(amount, unit, BudgetPeriod.Month) { TimeZone = timeZone };

    /// <summary>Limits the cost within any window of the given length, 1 ms to 366 days.</summary>
    public static CostCap Per(TimeSpan window, decimal amount, string unit = Cost.DefaultUnit) =>
        new(amount, unit, BudgetPeriod.Rolling) { Window = window };
}

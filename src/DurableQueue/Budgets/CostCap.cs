namespace DurableQueue;

/// <summary>
/// No task starts any more once what was charged in the period, and what running attempts have reserved, reaches this amount. Attempts that run go
/// on; estimates keep them from passing it.
/// </summary>
public sealed record CostCap
{
    private CostCap(decimal amount, string unit, BudgetPeriod period)
    {
        Amount = amount;
        Unit = unit;
        Period = period;
    }

    /// <summary>0 means no cap; up to 1,000,000,000, with up to nine decimals.</summary>
    public decimal Amount { get; }

    /// <summary>The currency, or another unit, such as <c>usd</c>; only charges in it count. Letter case does not matter.</summary>
    public string Unit { get; }

    /// <summary>Over what time it counts.</summary>
    public BudgetPeriod Period { get; }

    /// <summary>The length of a rolling window; zero for days and months.</summary>
    public TimeSpan Window { get; private init; }

    /// <summary>The time zone, by its IANA name, whose days and months count. Default <c>UTC</c>.</summary>
    public string TimeZone { get; private init; } = "UTC";

    /// <summary>What an attempt is expected to cost whose task does not say it by <see cref="NewTask.EstimatedCost"/>. Default 0: nothing is reserved.</summary>
    public decimal Estimate { get; init; }

    /// <summary>An amount per calendar day.</summary>
    public static CostCap PerDay(decimal amount, string unit = Cost.DefaultUnit, string timeZone = "UTC") =>
        new(amount, unit, BudgetPeriod.Day) { TimeZone = timeZone };

    /// <summary>An amount per calendar month.</summary>
    public static CostCap PerMonth(decimal amount, string unit = Cost.DefaultUnit, string timeZone = "UTC") =>
        new(amount, unit, BudgetPeriod.Month) { TimeZone = timeZone };

    /// <summary>An amount within any window of this length, 1 ms to 366 days.</summary>
    public static CostCap Per(TimeSpan window, decimal amount, string unit = Cost.DefaultUnit) =>
        new(amount, unit, BudgetPeriod.Rolling) { Window = window };
}

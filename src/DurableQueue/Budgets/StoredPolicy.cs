namespace DurableQueue.Budgets;

/// <summary>A policy in the units in which it is stored.</summary>
internal sealed record StoredPolicy
{
    public long Rate { get; init; }

    public long RateWindowMs { get; init; }

    public long Cost { get; init; }

    public string CostUnit { get; init; } = "";

    public BudgetPeriod CostPeriod { get; init; }

    public long CostWindowMs { get; init; }

    public string CostZone { get; init; } = "UTC";

    public long Estimate { get; init; }

    public bool Refuses { get; init; }

    /// <summary>The cap on starts; <see langword="null"/> if there is none.</summary>
    public BudgetCap? RateCap => Rate == 0
        ? null
        : new BudgetCap(BudgetCap.Starts, Rate, new BudgetWindow(BudgetPeriod.Rolling, RateWindowMs, TimeZoneInfo.Utc), 0, Refuses);

    /// <summary>The cap on cost; <see langword="null"/> if there is none.</summary>
    public BudgetCap? CostCap => Cost == 0
        ? null
        : new BudgetCap(CostUnit, Cost, new BudgetWindow(CostPeriod, CostWindowMs, FindZone(CostZone)), Estimate, Refuses);

    /// <summary>The policy as it was set.</summary>
    public BudgetPolicy ToPolicy() => new()
    {
        Rate = Rate == 0 ? null : new RateCap((int)Rate, TimeSpan.FromMilliseconds(RateWindowMs)),
        Cost = Cost == 0 ? null : ToCostCap() with { Estimate = Amounts.FromStored(Estimate) },
        WhenUsedUp = Refuses ? BudgetAction.Fail : BudgetAction.Wait,
    };

    private CostCap ToCostCap() => CostPeriod switch
    {
        BudgetPeriod.Day => DurableQueue.CostCap.PerDay(Amounts.FromStored(Cost), CostUnit, CostZone),
        BudgetPeriod.Month => DurableQueue.CostCap.PerMonth(Amounts.FromStored(Cost), CostUnit, CostZone),
        _ => DurableQueue.CostCap.Per(TimeSpan.FromMilliseconds(CostWindowMs), Amounts.FromStored(Cost), CostUnit),
    };

    /// <summary>A file may come from a machine that knows more time zones. If the zone is unknown here, days are those of UTC.</summary>
    private static TimeZoneInfo FindZone(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;
}

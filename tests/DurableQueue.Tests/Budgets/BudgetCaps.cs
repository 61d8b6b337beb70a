using DurableQueue.Budgets;

namespace DurableQueue.Tests.Budgets;

/// <summary>Caps and policies for tests of the rules, in the units in which they are stored.</summary>
internal static class BudgetCaps
{
    public const long MinuteMs = 60_000;

    public static readonly BudgetWindow Minute = new(BudgetPeriod.Rolling, MinuteMs, TimeZoneInfo.Utc);

    public static BudgetCap Starts(long most, bool refuses = false) => new(BudgetCap.Starts, most, Minute, 0, refuses);

    public static BudgetCap Cost(long most, long estimate = 0, bool refuses = false, string unit = "usd") => new(unit, most, Minute, estimate, refuses);

    public static StoredPolicy Policy(long rate = 0, long cost = 0, string unit = "usd", long estimate = 0, bool refuses = false) => new()
    {
        Rate = rate,
        RateWindowMs = MinuteMs,
        Cost = cost,
        CostUnit = cost == 0 ? "" : unit,
        CostPeriod = BudgetPeriod.Rolling,
        CostWindowMs = MinuteMs,
        Estimate = estimate,
        Refuses = refuses,
    };
}

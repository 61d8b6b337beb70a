using DurableQueue.Budgets;

namespace DurableQueue.Queueing;

/// <summary>Validates arguments about budgets, and converts them to the units in which they are stored.</summary>
internal static class BudgetRules
{
    private const int UnitLength = 32;
    private const int ChargeKeyLength = 256;

    private static readonly TimeSpan MinWindow = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MaxWindow = TimeSpan.FromDays(366);

    public static BudgetTarget CheckTarget(BudgetTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target.Scope == BudgetScope.Metadata)
        {
            Check.Text(target.Key, nameof(target.Key), Limits.MetadataKeyLength, 1);
            Check.Note(target.Name, "value", Limits.MetadataValueLength);
        }
        else if (target.Scope == BudgetScope.Command)
        {
            Check.CommandPattern(target.Name, "pattern");
        }
        else if (target.Name is not null)
        {
            Check.Name(target.Name, nameof(target.Name));
        }

        return target;
    }

    /// <summary>Validates that a target is not a default.</summary>
    public static BudgetTarget CheckOne(BudgetTarget target) =>
        CheckTarget(target).IsDefault
            ? throw new ArgumentException($"'{target}' is a default. Pass a group, a type, a metadata value or a pattern of commands.", nameof(target))
            : target;

    public static StoredPolicy CheckPolicy(BudgetPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Check.Defined(policy.WhenUsedUp, nameof(policy.WhenUsedUp));
        var stored = new StoredPolicy { Refuses = policy.WhenUsedUp == BudgetAction.Fail };
        if (policy.Rate is { } rate)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(rate.Starts, "Rate.Starts");
            stored = stored with { Rate = rate.Starts, RateWindowMs = WindowMs(rate.Window, "Rate.Window") };
        }

        return policy.Cost is { } cost ? WithCost(stored, cost) : stored;
    }

    public static string CheckUnit(string? unit, string argument)
    {
        Check.Name(unit, argument);
        return unit!.Length <= UnitLength
            ? unit.ToLowerInvariant()
            : throw new ArgumentException($"{argument} must have 1 to {UnitLength} characters; it has {unit.Length}.", argument);
    }

    public static string CheckChargeKey(string key)
    {
        Check.Text(key, nameof(key), ChargeKeyLength, 1);
        return key.StartsWith(CostCharge.EstimateKey, StringComparison.Ordinal)
            ? throw new ArgumentException($"key must not start with {CostCharge.EstimateKey}, which is reserved for estimates.", nameof(key))
            : key;
    }

    public static TimeZoneInfo CheckZone(string name, string argument)
    {
        ArgumentNullException.ThrowIfNull(name, argument);
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? zone
            : throw new ArgumentException($"{argument} '{name}' is not valid: the time zone is unknown on this machine.", argument);
    }

    private static StoredPolicy WithCost(StoredPolicy stored, CostCap cost)
    {
        var amount = Amounts.ToStored(cost.Amount, "Cost.Amount");
        var estimate = Amounts.ToStored(cost.Estimate, "Cost.Estimate");
        if (amount > 0 && estimate > amount)
        {
            throw new ArgumentException($"Cost.Estimate must not exceed the cap of {cost.Amount}, because no task could start; it is {cost.Estimate}.", nameof(cost));
        }

        CheckZone(cost.TimeZone, "Cost.TimeZone");
        return stored with
        {
            Cost = amount,
            CostUnit = CheckUnit(cost.Unit, "Cost.Unit"),
            CostPeriod = cost.Period,
            CostWindowMs = cost.Period == BudgetPeriod.Rolling ? WindowMs(cost.Window, "Cost.Window") : 0,
            CostZone = cost.TimeZone,
            Estimate = estimate,
        };
    }

    private static long WindowMs(TimeSpan window, string argument) => Times.ToMs(Check.Between(window, MinWindow, MaxWindow, argument));
}

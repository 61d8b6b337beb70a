namespace DurableQueue.Dashboard.Inputs;

internal sealed record BudgetInput
{
    public required BudgetTargetInput Target { get; init; }

    public RateInput? Rate { get; init; }

    public CostCapInput? Cost { get; init; }

    public string? WhenUsedUp { get; init; }

    /// <exception cref="InputException">A setting is wrong.</exception>
    public BudgetPolicy ToPolicy() => Rate is null && Cost is null
        ? throw new InputException("rate", "A budget needs a rate or a cost.")
        : new BudgetPolicy { Rate = Rate?.ToCap(), Cost = Cost?.ToCap(), WhenUsedUp = Word.Read("whenUsedUp", WhenUsedUp, BudgetAction.Wait) };
}

/// <summary>What a budget is for. Without a name it is the default of all groups, types or values.</summary>
internal sealed record BudgetTargetInput
{
    public required string Scope { get; init; }

    public string? Key { get; init; }

    public string? Name { get; init; }

    /// <exception cref="InputException">It is none.</exception>
    public BudgetTarget ToTarget() => Word.Read("scope", Scope, BudgetScope.Group) switch
    {
        BudgetScope.Group => Name is null ? BudgetTarget.EveryGroup : BudgetTarget.Group(Name),
        BudgetScope.Type => Name is null ? BudgetTarget.EveryType : BudgetTarget.Type(Name),
        BudgetScope.Command => BudgetTarget.Command(Name ?? throw new InputException("name", "The pattern of the command is missing.")),
        _ when string.IsNullOrEmpty(Key) => throw new InputException("key", "The key of the metadata is missing."),
        _ => Name is null ? BudgetTarget.EveryValue(Key) : BudgetTarget.Value(Key, Name),
    };
}

internal sealed record RateInput
{
    public required int Starts { get; init; }

    public required long WindowMs { get; init; }

    public RateCap ToCap() => new(Starts, Duration.Read("windowMs", WindowMs));
}

internal sealed record CostCapInput
{
    public required decimal Amount { get; init; }

    public string? Unit { get; init; }

    public string? Period { get; init; }

    public long? WindowMs { get; init; }

    public string? TimeZone { get; init; }

    public decimal? Estimate { get; init; }

    /// <exception cref="InputException">A setting is wrong.</exception>
    public CostCap ToCap()
    {
        var (unit, zone) = (Unit is { Length: > 0 } ? Unit : DurableQueue.Cost.DefaultUnit, TimeZone is { Length: > 0 } ? TimeZone : "UTC");
        var cap = Word.Read("period", Period, BudgetPeriod.Day) switch
        {
            BudgetPeriod.Day => CostCap.PerDay(Amount, unit, zone),
            BudgetPeriod.Month => CostCap.PerMonth(Amount, unit, zone),
            _ => CostCap.Per(Duration.Read("windowMs", WindowMs ?? throw new InputException("windowMs", "The length of the window is missing.")), Amount, unit),
        };
        return Estimate is { } estimate ? cap with { Estimate = estimate } : cap;
    }
}

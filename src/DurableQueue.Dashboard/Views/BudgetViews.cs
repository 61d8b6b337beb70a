namespace DurableQueue.Dashboard.Views;

internal sealed record BudgetListView(IReadOnlyList<BudgetView> Budgets);

internal sealed record BudgetView
{
    public required BudgetTargetView Target { get; init; }

    /// <summary>Whether it is set for this target; otherwise the default applies, or the target has only counted.</summary>
    public required bool IsSet { get; init; }

    public PolicyView? Policy { get; init; }

    public MeterView? Rate { get; init; }

    public MeterView? Cost { get; init; }

    public required long Parked { get; init; }

    public required bool IsUsedUp { get; init; }

    public string? RetryAt { get; init; }

    public static BudgetView Of(Budget budget) =>
        new() { Target = BudgetTargetView.Of(budget.Target), IsSet = true, Policy = PolicyView.Of(budget.Policy), Parked = 0, IsUsedUp = false };

    public static BudgetView Of(BudgetStatus status, bool isSet) => new()
    {
        Target = BudgetTargetView.Of(status.Target),
        IsSet = isSet,
        Policy = status.Policy is { } policy ? PolicyView.Of(policy) : null,
        Rate = MeterView.Of(status.Rate),
        Cost = MeterView.Of(status.Cost),
        Parked = status.Parked,
        IsUsedUp = status.IsUsedUp,
        RetryAt = Text.Time(status.RetryAt),
    };
}

internal sealed record BudgetTargetView(string Scope, string? Key, string? Name, string Text)
{
    public static BudgetTargetView Of(BudgetTarget target) => new(Views.Text.Name(target.Scope), target.Key, target.Name, target.ToString());
}

internal sealed record PolicyView
{
    public RateView? Rate { get; init; }

    public CostCapView? Cost { get; init; }

    public required string WhenUsedUp { get; init; }

    public static PolicyView Of(BudgetPolicy policy) => new()
    {
        Rate = policy.Rate is { } rate ? new RateView(rate.Starts, (long)rate.Window.TotalMilliseconds) : null,
        Cost = policy.Cost is { } cost
            ? new CostCapView
            {
                Amount = cost.Amount,
                Unit = cost.Unit,
                Period = Text.Name(cost.Period),
                WindowMs = cost.Period == BudgetPeriod.Rolling ? (long)cost.Window.TotalMilliseconds : null,
                TimeZone = cost.Period == BudgetPeriod.Rolling ? null : cost.TimeZone,
                Estimate = cost.Estimate == 0 ? null : cost.Estimate,
            }
            : null,
        WhenUsedUp = Text.Name(policy.WhenUsedUp),
    };
}

internal sealed record RateView(int Starts, long WindowMs);

internal sealed record CostCapView
{
    public required decimal Amount { get; init; }

    public required string Unit { get; init; }

    public required string Period { get; init; }

    public long? WindowMs { get; init; }

    public string? TimeZone { get; init; }

    public decimal? Estimate { get; init; }
}

internal sealed record MeterView
{
    public required decimal Cap { get; init; }

    public string? Unit { get; init; }

    public required decimal Used { get; init; }

    public required decimal Reserved { get; init; }

    public required bool IsWarning { get; init; }

    public required bool IsUsedUp { get; init; }

    public string? RetryAt { get; init; }

    public string? ResetsAt { get; init; }

    public static MeterView? Of(BudgetMeter? meter) => meter is null
        ? null
        : new MeterView
        {
            Cap = meter.Cap,
            Unit = meter.Unit,
            Used = meter.Used,
            Reserved = meter.Reserved,
            IsWarning = meter.IsWarning,
            IsUsedUp = meter.IsUsedUp,
            RetryAt = Text.Time(meter.RetryAt),
            ResetsAt = Text.Time(meter.ResetsAt),
        };
}

internal sealed record UsageListView(IReadOnlyList<UsageView> Days);

internal sealed record UsageView(string Day, BudgetTargetView Target, string Unit, decimal Amount);

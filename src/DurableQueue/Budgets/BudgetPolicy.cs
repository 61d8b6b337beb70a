namespace DurableQueue;

/// <summary>The caps of one budget. A budget without caps exempts its target from the default budget.</summary>
public sealed record BudgetPolicy
{
    /// <summary>How often tasks may start. <see langword="null"/> or 0 starts means no cap.</summary>
    public RateCap? Rate { get; init; }

    /// <summary>What tasks may cost. <see langword="null"/> or an amount of 0 means no cap.</summary>
    public CostCap? Cost { get; init; }

    /// <summary>What happens to tasks when a cap is reached. The default is <see cref="BudgetAction.Wait"/>.</summary>
    public BudgetAction WhenUsedUp { get; init; }
}

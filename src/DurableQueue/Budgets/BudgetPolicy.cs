namespace DurableQueue;

/// <summary>The caps of one budget. Without caps it lifts those of the default.</summary>
public sealed record BudgetPolicy
{
    /// <summary>How often tasks may start; <see langword="null"/> or 0 starts means no cap.</summary>
    public RateCap? Rate { get; init; }

    /// <summary>What they may cost; <see langword="null"/> or an amount of 0 means no cap.</summary>
    public CostCap? Cost { get; init; }

    /// <summary>What happens to tasks when a cap is reached. Default <see cref="BudgetAction.Wait"/>.</summary>
    public BudgetAction WhenUsedUp { get; init; }
}

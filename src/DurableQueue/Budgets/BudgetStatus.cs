namespace DurableQueue;

/// <summary>A snapshot of the budget of one group, type or metadata value.</summary>
public sealed record BudgetStatus
{
    /// <summary>What the budget is for. Never a default.</summary>
    public required BudgetTarget Target { get; init; }

    /// <summary>The policy that applies: that of the target, or else the default. <see langword="null"/> if neither is set.</summary>
    public BudgetPolicy? Policy { get; init; }

    /// <summary>The use of the rate cap; <see langword="null"/> if there is none.</summary>
    public BudgetMeter? Rate { get; init; }

    /// <summary>The use of the cost cap; <see langword="null"/> if there is none.</summary>
    public BudgetMeter? Cost { get; init; }

    /// <summary>The number of tasks with the hold <see cref="TaskHolds.Budget"/> because of this budget.</summary>
    public long Parked { get; init; }

    /// <summary>Whether a cap is reached: no task of the target starts before <see cref="RetryAt"/>.</summary>
    public bool IsUsedUp => Rate?.IsUsedUp == true || Cost?.IsUsedUp == true;

    /// <summary>The earliest time at which the budget has room again; <see langword="null"/> unless a cap is reached.</summary>
    public DateTimeOffset? RetryAt => (Rate?.RetryAt, Cost?.RetryAt) switch
    {
        ({ } rate, { } cost) => rate > cost ? rate : cost,
        var (rate, cost) => rate ?? cost,
    };
}

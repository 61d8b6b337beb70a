namespace DurableQueue;

/// <summary>How the budget of one group, type or value stood when it was read.</summary>
public sealed record BudgetStatus
{
    /// <summary>Whose it is; never a default.</summary>
    public required BudgetTarget Target { get; init; }

    /// <summary>What holds for it, its own or the default; <see langword="null"/> if neither is set.</summary>
    public BudgetPolicy? Policy { get; init; }

    /// <summary>Starts against the rate cap; <see langword="null"/> if there is none.</summary>
    public BudgetMeter? Rate { get; init; }

    /// <summary>Money against the cost cap; <see langword="null"/> if there is none.</summary>
    public BudgetMeter? Cost { get; init; }

    /// <summary>Tasks that have the hold <see cref="TaskHolds.Budget"/> because of it.</summary>
    public long Parked { get; init; }

    /// <summary>A cap is reached: nothing of it starts before <see cref="RetryAt"/>.</summary>
    public bool IsUsedUp => Rate?.IsUsedUp == true || Cost?.IsUsedUp == true;

    /// <summary>When something fits again by itself, at the earliest; <see langword="null"/> unless a cap is reached.</summary>
    public DateTimeOffset? RetryAt => (Rate?.RetryAt, Cost?.RetryAt) switch
    {
        ({ } rate, { } cost) => rate > cost ? rate : cost,
        var (rate, cost) => rate ?? cost,
    };
}

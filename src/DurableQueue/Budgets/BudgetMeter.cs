namespace DurableQueue;

/// <summary>How much of one cap is used.</summary>
public sealed record BudgetMeter
{
    /// <summary>The part of a cap from which on <see cref="IsWarning"/> is true.</summary>
    public const decimal WarningLevel = 0.8m;

    /// <summary>The cap.</summary>
    public required decimal Cap { get; init; }

    /// <summary>The unit of the amounts; <see langword="null"/> if starts are counted.</summary>
    public string? Unit { get; init; }

    /// <summary>What was counted in the present window or period.</summary>
    public required decimal Used { get; init; }

    /// <summary>What running attempts may still cost, by their estimates.</summary>
    public decimal Reserved { get; init; }

    /// <summary>80 % of the cap are used or reserved.</summary>
    public bool IsWarning => Used + Reserved >= Cap * WarningLevel;

    /// <summary>Nothing more fits.</summary>
    public bool IsUsedUp { get; init; }

    /// <summary>When something fits again by itself, at the earliest; <see langword="null"/> unless <see cref="IsUsedUp"/>.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>
    /// When the period ends; of a rolling window, when all that is counted now has left it. <see langword="null"/> if nothing is counted in a
    /// rolling window.
    /// </summary>
    public DateTimeOffset? ResetsAt { get; init; }
}

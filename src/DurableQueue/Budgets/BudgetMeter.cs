namespace DurableQueue;

/// <summary>A snapshot of how much of one cap is used.</summary>
public sealed record BudgetMeter
{
    /// <summary>The fraction of a cap from which <see cref="IsWarning"/> is <see langword="true"/>.</summary>
    public const decimal WarningLevel = 0.8m;

    /// <summary>The cap.</summary>
    public required decimal Cap { get; init; }

    /// <summary>The unit of the amounts; <see langword="null"/> if starts are counted.</summary>
    public string? Unit { get; init; }

    /// <summary>The amount used in the current window or period.</summary>
    public required decimal Used { get; init; }

    /// <summary>The amount that running attempts have reserved by their estimates.</summary>
    public decimal Reserved { get; init; }

    /// <summary>Whether 80 % of the cap or more is used or reserved.</summary>
    public bool IsWarning => Used + Reserved >= Cap * WarningLevel;

    /// <summary>Whether the cap has no room for another start.</summary>
    public bool IsUsedUp { get; init; }

    /// <summary>The earliest time at which the cap has room again; <see langword="null"/> unless <see cref="IsUsedUp"/>.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>
    /// When the period ends, or, for a rolling window, when everything that counts now has left it. <see langword="null"/> if nothing counts in a rolling
    /// window.
    /// </summary>
    public DateTimeOffset? ResetsAt { get; init; }
}

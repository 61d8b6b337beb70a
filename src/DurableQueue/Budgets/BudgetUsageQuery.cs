namespace DurableQueue;

/// <summary>Selects the costs to sum up.</summary>
public sealed record BudgetUsageQuery
{
    /// <summary>Costs reported at or after this time; <see langword="null"/> means since the beginning.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Costs reported before this time; <see langword="null"/> means until now.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Only the costs of this group, type or metadata value. A default means all targets of its kind; <see langword="null"/> means all.</summary>
    public BudgetTarget? Target { get; init; }

    /// <summary>Only costs in this unit; <see langword="null"/> means all.</summary>
    public string? Unit { get; init; }

    /// <summary>The IANA name of the time zone of the days. The default is <c>UTC</c>.</summary>
    public string TimeZone { get; init; } = "UTC";
}

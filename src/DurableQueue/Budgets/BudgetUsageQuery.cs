namespace DurableQueue;

/// <summary>Which costs to add up.</summary>
public sealed record BudgetUsageQuery
{
    /// <summary>Costs reported at or after this time; <see langword="null"/> means from the beginning.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Costs reported before this time; <see langword="null"/> means until now.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Only of this group, type or value; a default stands for all of its kind. <see langword="null"/> means all.</summary>
    public BudgetTarget? Target { get; init; }

    /// <summary>Only in this unit.</summary>
    public string? Unit { get; init; }

    /// <summary>The time zone, by its IANA name, whose days are meant. Default <c>UTC</c>.</summary>
    public string TimeZone { get; init; } = "UTC";
}

namespace DurableQueue;

/// <summary>Selects records of the audit trail; conditions are joined by "and".</summary>
public sealed record ApprovalQuery
{
    /// <summary>Those of one task.</summary>
    public TaskId? Task { get; init; }

    /// <summary>Those that stand so; <see langword="null"/> means any.</summary>
    public ApprovalStatus? Status { get; init; }

    /// <summary>Those of tasks of one group.</summary>
    public string? Group { get; init; }

    /// <summary>Those asked for at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Those asked for before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Those behind this one: to go on where an export ended.</summary>
    public ApprovalId After { get; init; }
}

namespace DurableQueue;

/// <summary>Selects records of the audit trail that meet all conditions. A property that is <see langword="null"/> is ignored.</summary>
public sealed record ApprovalQuery
{
    /// <summary>Requests of this task.</summary>
    public TaskId? Task { get; init; }

    /// <summary>Requests with this status.</summary>
    public ApprovalStatus? Status { get; init; }

    /// <summary>Requests of tasks in this group.</summary>
    public string? Group { get; init; }

    /// <summary>Requests made at or after this time.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Requests made before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Requests with a higher id than this one, to continue where an earlier read ended.</summary>
    public ApprovalId After { get; init; }
}

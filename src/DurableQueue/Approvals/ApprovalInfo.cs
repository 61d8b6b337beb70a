namespace DurableQueue;

/// <summary>One request for an approval and its decision: a record of the audit trail, as it stood when it was read.</summary>
public sealed record ApprovalInfo
{
    /// <summary>The request.</summary>
    public required ApprovalId Id { get; init; }

    /// <summary>The task that needs it; it may be gone, see <see cref="TaskGone"/>.</summary>
    public required TaskId TaskId { get; init; }

    /// <summary>The task's type when it was asked for.</summary>
    public required string TaskType { get; init; }

    /// <summary>The task's group: as it is while the request is pending, then as it was when the request was decided.</summary>
    public required string Group { get; init; }

    /// <summary>The task's label, likewise.</summary>
    public string? Label { get; init; }

    /// <summary>Asked for by the handler while it ran; <see langword="false"/>: needed before the task runs at all.</summary>
    public bool InRun { get; init; }

    /// <summary>What is to be done: as the handler said it, or the task's type.</summary>
    public required string What { get; init; }

    /// <summary>
    /// With what, exactly: as the handler said it. Before a run: the payload that was decided on, as text (its size and SHA-256 if it is no text or
    /// above 64 KiB); empty until then.
    /// </summary>
    public required string Arguments { get; init; }

    /// <summary>The key that the handler gave it; <see langword="null"/> if none.</summary>
    public string? Key { get; init; }

    /// <summary>The attempt that asked, from 1; 0 before a run.</summary>
    public int Attempt { get; init; }

    /// <summary>The worker of that attempt.</summary>
    public string? Worker { get; init; }

    /// <summary>The gates that asked for it; empty if the task or its handler did.</summary>
    public IReadOnlyList<string> Gates { get; init; } = [];

    /// <summary>The names that may decide; <see langword="null"/> means anybody, an empty list nobody (gates without an approver in common).</summary>
    public IReadOnlyList<string>? Approvers { get; init; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it counts as rejected.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How it stands.</summary>
    public ApprovalStatus Status { get; init; }

    /// <summary>Who decided; <see langword="null"/> if nobody did.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>The note of the approval, the reason of the refusal, or why nobody decided.</summary>
    public string? Note { get; init; }

    /// <summary>When it stopped being pending.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>It belongs to a run before the last retry in place: it is on record, but decides nothing any more.</summary>
    public bool Outdated { get; init; }

    /// <summary>The task was removed or pruned.</summary>
    public bool TaskGone { get; init; }
}

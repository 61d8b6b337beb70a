namespace DurableQueue;

/// <summary>A snapshot of one approval request and its decision, which is also a record of the audit trail.</summary>
public sealed record ApprovalInfo
{
    /// <summary>The id of the request.</summary>
    public required ApprovalId Id { get; init; }

    /// <summary>The task that needs the approval. It may have been deleted: see <see cref="TaskGone"/>.</summary>
    public required TaskId TaskId { get; init; }

    /// <summary>The task's type at the time of the request.</summary>
    public required string TaskType { get; init; }

    /// <summary>The task's current group while the request is pending; then the group at the time of the decision.</summary>
    public required string Group { get; init; }

    /// <summary>The task's current label while the request is pending; then the label at the time of the decision.</summary>
    public string? Label { get; init; }

    /// <summary>
    /// <see langword="true"/> if a running handler made the request; <see langword="false"/> if the approval is needed before the first run of the task.
    /// </summary>
    public bool InRun { get; init; }

    /// <summary>What needs approval: the text that the handler gave, or the task's type.</summary>
    public required string What { get; init; }

    /// <summary>
    /// The exact arguments: the text that the handler gave. For an approval before the first run, the payload at the time of the decision, as text
    /// (its size and SHA-256 hash if it isn't text or exceeds 64 KiB); empty until the decision.
    /// </summary>
    public required string Arguments { get; init; }

    /// <summary>The key that the handler gave; <see langword="null"/> if none.</summary>
    public string? Key { get; init; }

    /// <summary>The number of the attempt that made the request, from 1; 0 for an approval before the first run.</summary>
    public int Attempt { get; init; }

    /// <summary>The worker of that attempt; <see langword="null"/> for an approval before the first run.</summary>
    public string? Worker { get; init; }

    /// <summary>The gates that require the approval; empty if the task or its handler does.</summary>
    public IReadOnlyList<string> Gates { get; init; } = [];

    /// <summary>Who may decide. <see langword="null"/> means anyone; an empty list means no one, because the gates have no approver in common.</summary>
    public IReadOnlyList<string>? Approvers { get; init; }

    /// <summary>When the request was made.</summary>
    public DateTimeOffset RequestedAt { get; init; }

    /// <summary>When the request expires, which rejects it; <see langword="null"/> if it doesn't.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The status.</summary>
    public ApprovalStatus Status { get; init; }

    /// <summary>Who decided; <see langword="null"/> if no one did.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>The note of the approval, the reason of the rejection, or why the request was withdrawn or expired.</summary>
    public string? Note { get; init; }

    /// <summary>When the request was decided, expired or was withdrawn; <see langword="null"/> while it is pending.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>The request was made before the task was last retried: it is kept as a record, but has no effect.</summary>
    public bool Outdated { get; init; }

    /// <summary>The task was removed or pruned.</summary>
    public bool TaskGone { get; init; }
}

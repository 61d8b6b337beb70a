namespace DurableQueue.Dashboard.Views;

internal sealed record ApprovalView
{
    public required long Id { get; init; }

    public required long TaskId { get; init; }

    public required string TaskType { get; init; }

    public required string Group { get; init; }

    public string? Label { get; init; }

    public required string What { get; init; }

    public ContentView? Arguments { get; init; }

    public required string Status { get; init; }

    public required string RequestedAt { get; init; }

    public string? ExpiresAt { get; init; }

    public string? DecidedAt { get; init; }

    public string? DecidedBy { get; init; }

    public string? Note { get; init; }

    /// <summary><see langword="null"/> if everybody may decide.</summary>
    public IReadOnlyList<string>? Approvers { get; init; }

    public required IReadOnlyList<string> Gates { get; init; }

    public required bool InRun { get; init; }

    public bool? Outdated { get; init; }

    /// <summary>Whether this viewer may decide it.</summary>
    public bool? MayDecide { get; init; }
}

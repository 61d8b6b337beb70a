namespace DurableQueue.Dashboard.Views;

/// <param name="Id">The task.</param>
/// <param name="Created"><see langword="false"/> if it is another task that has the dedup key.</param>
internal sealed record CreatedView(long Id, bool Created);

internal sealed record RemovedView(bool Removed);

internal sealed record GroupListView(IReadOnlyList<GroupView> Groups);

internal sealed record WorkerListView(IReadOnlyList<WorkerView> Workers, IReadOnlyList<WorkerTypeView> Types);

internal sealed record WorkerView
{
    public required string Name { get; init; }

    public required string Host { get; init; }

    public required int ProcessId { get; init; }

    public IReadOnlyList<string>? Types { get; init; }

    public IReadOnlyList<string>? Groups { get; init; }

    public int? Capacity { get; init; }

    public required IReadOnlyList<long> Running { get; init; }

    public required string StartedAt { get; init; }

    public required string LastSeenAt { get; init; }

    public required bool Live { get; init; }
}

internal sealed record WorkerTypeView
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    public required bool HandledHere { get; init; }

    public required int LiveWorkers { get; init; }

    public long? Queued { get; init; }
}

internal sealed record TypeListView(IReadOnlyList<TypeView> Types, bool Auto, bool Commands);

internal sealed record TypeView(string Name, string? Description, string? Example);

internal sealed record RoutePreviewView(string Type, string? Reason, bool IsFallback);

internal sealed record ApprovalListView(IReadOnlyList<ApprovalView> Approvals, string? Next);

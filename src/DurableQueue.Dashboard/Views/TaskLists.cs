namespace DurableQueue.Dashboard.Views;

internal sealed record TaskListView
{
    public required IReadOnlyList<TaskRow> Tasks { get; init; }

    /// <summary>The cursor of the next page.</summary>
    public string? Next { get; init; }

    public required SearchedView Searched { get; init; }
}

/// <summary>How much of the queue was read for a page.</summary>
/// <param name="Rows">The number of tasks that were read.</param>
/// <param name="Complete">Whether the search was not cut short: the page is full, or nothing else matches.</param>
internal sealed record SearchedView(long Rows, bool Complete)
{
    public static SearchedView Of(TaskPage page) =>
        page.Searched is { } searched ? new SearchedView(searched.Rows, searched.Complete) : new SearchedView(page.Tasks.Count, true);
}

internal sealed record BoardView
{
    public required long Change { get; init; }

    public required IReadOnlyList<TaskRow> Queued { get; init; }

    public required IReadOnlyList<TaskRow> Active { get; init; }

    public required IReadOnlyList<TaskRow> Done { get; init; }

    public required CountsView Counts { get; init; }
}

internal sealed record OverviewView
{
    public required long Change { get; init; }

    public required CountsView Counts { get; init; }

    public required IReadOnlyList<GroupView> Groups { get; init; }

    public required WorkersSummary Workers { get; init; }

    public required ApprovalsSummary Approvals { get; init; }

    public HealthSummary? Health { get; init; }
}

internal sealed record WorkersSummary(int Live, int Capacity, long Running);

internal sealed record ApprovalsSummary(int Pending);

internal sealed record HealthSummary(string Status, string Text);

namespace DurableQueue.Dashboard.Views;

/// <summary>An error, as <c>application/problem+json</c>.</summary>
internal sealed record ProblemView
{
    public string Type { get; init; } = "about:blank";

    public required string Title { get; init; }

    public required int Status { get; init; }

    public required string Detail { get; init; }

    /// <summary>Where a query is wrong, from 1.</summary>
    public int? Column { get; init; }

    /// <summary>Which input is wrong.</summary>
    public string? Field { get; init; }

    /// <summary>What the task is now, if it does not allow the action.</summary>
    public string? State { get; init; }
}

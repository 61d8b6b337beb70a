namespace DurableQueue.Dashboard.Views;

/// <summary>The log of the queue: what was asked for by those who gave a name, from the dashboard, <c>dq</c>, agents or the application.</summary>
/// <param name="Actions">Newest first.</param>
/// <param name="Next">Continues the list.</param>
internal sealed record ActionListView(IReadOnlyList<ActionView> Actions, string? Next);

internal sealed record ActionView : RequestView
{
    /// <summary>The group, the task, or how many tasks.</summary>
    public required string Target { get; init; }

    /// <summary>The task, if it is one.</summary>
    public long? Task { get; init; }
}

/// <summary>What somebody asked for.</summary>
internal record RequestView
{
    public required string What { get; init; }

    public required string By { get; init; }

    public required string At { get; init; }

    /// <summary>The reason or note that was given.</summary>
    public string? Reason { get; init; }

    /// <summary>What was set.</summary>
    public string? Change { get; init; }
}

namespace DurableQueue;

/// <summary>Which tasks to read. Conditions are joined by "and"; the values of one list by "or"; <see langword="null"/> means any.</summary>
public sealed record TaskQuery
{
    /// <summary>Only these tasks; at most 10,000.</summary>
    public IReadOnlyList<TaskId>? Ids { get; init; }

    /// <summary>In these states.</summary>
    public IReadOnlyList<TaskState>? States { get; init; }

    /// <summary>With these outcomes.</summary>
    public IReadOnlyList<TaskOutcome>? Outcomes { get; init; }

    /// <summary>In these groups.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>Of these types.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>With exactly this label.</summary>
    public string? Label { get; init; }

    /// <summary>With a label that starts so.</summary>
    public string? LabelPrefix { get; init; }

    /// <summary>Queued, and held for at least one of these reasons.</summary>
    public TaskHolds? Holds { get; init; }

    /// <summary>That the words of this query hold for, too. Its order, if it has one, goes before <see cref="Order"/>; its limit counts over all pages.</summary>
    public TaskFilter? Filter { get; init; }

    /// <summary>The order of the result. Default <see cref="TaskOrder.Enqueued"/>.</summary>
    public TaskOrder Order { get; init; }

    /// <summary>The most tasks in the page. Default 50; 1 to 10,000.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Go on behind this place: <see cref="TaskPage.Next"/> of the page before.</summary>
    public TaskCursor? Cursor { get; init; }
}

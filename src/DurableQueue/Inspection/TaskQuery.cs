namespace DurableQueue;

/// <summary>
/// Selects tasks that meet all conditions. A list is met by any of its values. A property that is <see langword="null"/> is ignored.
/// </summary>
public sealed record TaskQuery
{
    /// <summary>Tasks with one of these ids, at most 10,000.</summary>
    public IReadOnlyList<TaskId>? Ids { get; init; }

    /// <summary>Tasks in one of these states.</summary>
    public IReadOnlyList<TaskState>? States { get; init; }

    /// <summary>Tasks with one of these outcomes.</summary>
    public IReadOnlyList<TaskOutcome>? Outcomes { get; init; }

    /// <summary>Tasks in one of these groups.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>Tasks of one of these types.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>Tasks with exactly this label.</summary>
    public string? Label { get; init; }

    /// <summary>Tasks whose label starts with this text.</summary>
    public string? LabelPrefix { get; init; }

    /// <summary>Queued tasks with at least one of these holds.</summary>
    public TaskHolds? Holds { get; init; }

    /// <summary>
    /// Tasks that also match this query. If it has an order, that takes precedence over <see cref="Order"/>; its limit applies to all pages together.
    /// </summary>
    public TaskFilter? Filter { get; init; }

    /// <summary>The order of the tasks. The default is <see cref="TaskOrder.Enqueued"/>.</summary>
    public TaskOrder Order { get; init; }

    /// <summary>The maximum number of tasks in the page, 1 to 10,000. The default is 50.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>The position to continue from: <see cref="TaskPage.Next"/> of the previous page.</summary>
    public TaskCursor? Cursor { get; init; }
}

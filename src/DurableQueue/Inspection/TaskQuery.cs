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

    /// <summary>
    /// How much to search for the page; <see langword="null"/>, the default, means no limit. If the limit ends the search, the page has the tasks that
    /// were found, perhaps none, and <see cref="TaskPage.Next"/> continues behind the last task that was searched. The next page of a full page may be
    /// empty. A query that no index serves searches in parts of at most 250 ms, each of which sees one committed state.
    /// A query whose words have an order by another field than the id, the enqueue or the end sorts what it finds: it searches the newest tasks first, and if the limit ends the
    /// search, its pages have only the tasks that were searched.
    /// </summary>
    public ReadLimit? ReadLimit { get; init; }

    /// <summary>The position to continue from: <see cref="TaskPage.Next"/> of the previous page.</summary>
    public TaskCursor? Cursor { get; init; }
}

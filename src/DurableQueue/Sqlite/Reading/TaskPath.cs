namespace DurableQueue.Sqlite;

/// <summary>What the tasks of a query are found by, in the order of their ids.</summary>
/// <param name="From">Where they are read from; the alias <c>t</c> is the task.</param>
internal sealed record TaskPath(string From)
{
    /// <summary>By the blocks that have unfinished tasks.</summary>
    public bool ByBlock { get; init; }

    /// <summary>By their ids alone: conditions on the id are part of the search.</summary>
    public bool ById { get; init; }

    /// <summary>There are at most as many rows as tasks run now, or as ids were given.</summary>
    public bool IsShort { get; init; }

    /// <summary>Only tasks in the states of the query are found.</summary>
    public bool CoversStates { get; init; }

    /// <summary>Only tasks with these holds are found; <see langword="null"/>: the path does not look at holds.</summary>
    public TaskHolds? CoversHolds { get; init; }

    /// <summary>Only tasks with this label are found; <see langword="null"/>: the path does not look at labels.</summary>
    public string? CoversLabel { get; init; }

    /// <summary>Whether every task that is found meets a part of the condition.</summary>
    public bool Covers(TaskFilterNode part) =>
        (CoversStates && FilterSql.IsStates(part))
        || (CoversHolds is { } holds && FilterSql.IsHolds(part) && ((TaskFilterNode.Test)part).Holds == holds)
        || (CoversLabel is { } label && FilterSql.LabelOf(part) == label);
}

namespace DurableQueue;

/// <summary>The result of submitting a graph.</summary>
public sealed record GraphSubmission
{
    /// <summary>The ids of the tasks by name; empty for a dry run. A task whose dedup key was taken has the id of the task that holds the key.</summary>
    public required IReadOnlyDictionary<string, TaskId> Ids { get; init; }

    /// <summary>The names in topological order: each task comes after those that it depends on.</summary>
    public required IReadOnlyList<string> TopologicalOrder { get; init; }

    /// <summary>The maximum number of tasks of the graph that can run at once in each group.</summary>
    public required IReadOnlyDictionary<string, int> WidthPerGroup { get; init; }

    /// <summary>The new group of the graph; <see langword="null"/> unless the graph is isolated.</summary>
    public string? IsolatedGroup { get; init; }

    /// <summary>The groups that were created, ordered by name.</summary>
    public required IReadOnlyList<string> NewGroups { get; init; }

    /// <summary>The reasons why the graph can't run with its full parallelism.</summary>
    public required IReadOnlyList<TaskGraphWarning> Warnings { get; init; }
}

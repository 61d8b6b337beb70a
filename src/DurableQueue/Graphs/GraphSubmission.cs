namespace DurableQueue;

/// <summary>What a submitted graph has become.</summary>
public sealed record GraphSubmission
{
    /// <summary>The stored tasks by name; empty for a dry run. A task whose dedup key was taken has the id of the task that has it.</summary>
    public required IReadOnlyDictionary<string, TaskId> Ids { get; init; }

    /// <summary>The names, each behind all that it waits for.</summary>
    public required IReadOnlyList<string> TopologicalOrder { get; init; }

    /// <summary>For each group, the most tasks of the graph that may run in it at once.</summary>
    public required IReadOnlyDictionary<string, int> WidthPerGroup { get; init; }

    /// <summary>The fresh group that holds the whole graph; <see langword="null"/> if none was asked for.</summary>
    public string? IsolatedGroup { get; init; }

    /// <summary>Groups that did not exist before, by name.</summary>
    public required IReadOnlyList<string> NewGroups { get; init; }

    /// <summary>What keeps the graph from running as wide as it could.</summary>
    public required IReadOnlyList<TaskGraphWarning> Warnings { get; init; }
}

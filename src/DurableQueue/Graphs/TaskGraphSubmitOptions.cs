using DurableQueue.Groups;

namespace DurableQueue;

/// <summary>Options for submitting a graph.</summary>
public sealed record TaskGraphSubmitOptions
{
    /// <summary>A prefix of the label of each task, followed by the task's own label or else its name. Empty by default.</summary>
    public string LabelPrefix { get; init; } = "";

    /// <summary>The group of tasks that name no group; <see langword="null"/> means <c>default</c>.</summary>
    public string? DefaultGroup { get; init; }

    /// <summary>Puts all tasks into one new group, whose limit is the width of the graph, regardless of the groups they name.</summary>
    public bool Isolate { get; init; }

    /// <summary>The name of the new group, which must not exist; <see langword="null"/> means a generated name. Requires <see cref="Isolate"/>.</summary>
    public string? IsolatedGroup { get; init; }

    /// <summary>
    /// Raises the limits of existing groups to the width of the graph in them. Limits are never lowered. By default, limits that are too low only
    /// cause warnings.
    /// </summary>
    public bool AutoParallel { get; init; }

    /// <summary>The limits that the queue gives to groups that the graph creates.</summary>
    internal NewGroupLimits NewGroups { get; init; } = NewGroupLimits.None;

    /// <summary>The limit of the isolated group; <see langword="null"/> means the width of the graph.</summary>
    internal int? IsolatedParallelism { get; init; }

    /// <summary>Validates the graph and computes the result without storing anything.</summary>
    public bool DryRun { get; init; }
}

namespace DurableQueue;

/// <summary>One error in a graph.</summary>
/// <param name="Kind">The kind of error.</param>
/// <param name="Message">A message that names the tasks.</param>
public sealed record TaskGraphError(TaskGraphErrorKind Kind, string Message)
{
    /// <summary>The index of the task in <see cref="TaskGraph.Nodes"/>; <see langword="null"/> if the error is about the whole graph.</summary>
    public int? Index { get; init; }

    /// <summary>The index in the task's <see cref="TaskGraphNode.After"/>; <see langword="null"/> if the error isn't about a dependency.</summary>
    public int? DependencyIndex { get; init; }

    /// <summary>The setting of <see cref="NewTask"/> that is out of range, such as <c>Label</c>; <see langword="null"/> if unknown.</summary>
    public string? Setting { get; init; }

    /// <summary>The names of the tasks in a cycle, where each depends on the next and the last on the first; empty for other errors.</summary>
    public IReadOnlyList<string> Cycle { get; init; } = [];
}

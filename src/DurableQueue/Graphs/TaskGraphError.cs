namespace DurableQueue;

/// <summary>One thing that is wrong with a graph.</summary>
/// <param name="Kind">What sort of mistake.</param>
/// <param name="Message">What is wrong, with the names.</param>
public sealed record TaskGraphError(TaskGraphErrorKind Kind, string Message)
{
    /// <summary>The place of the task in <see cref="TaskGraph.Nodes"/>; <see langword="null"/> if it is about the whole graph.</summary>
    public int? Index { get; init; }

    /// <summary>The place in the task's <see cref="TaskGraphNode.After"/>; <see langword="null"/> if it is not about a dependency.</summary>
    public int? DependencyIndex { get; init; }

    /// <summary>The setting of <see cref="NewTask"/> that is out of its limits, such as <c>Label</c>, where that is known.</summary>
    public string? Setting { get; init; }

    /// <summary>The names of the tasks that wait for each other, each for the next and the last for the first; empty unless it is a cycle.</summary>
    public IReadOnlyList<string> Cycle { get; init; } = [];
}

namespace DurableQueue;

/// <summary>One named task of a graph.</summary>
/// <param name="Name">Unique in the graph: 1 to 128 characters, no control characters.</param>
/// <param name="Task">What is enqueued. Its <see cref="NewTask.After"/> may name tasks that are stored already, and no items.</param>
public sealed record TaskGraphNode(string Name, NewTask Task)
{
    /// <summary>The tasks of the graph that it waits for.</summary>
    public IReadOnlyList<TaskGraphDependency> After { get; init; } = [];

    /// <summary>
    /// <see cref="TaskGraphSubmitOptions.DefaultGroup"/> does not apply to it although its group is <c>default</c>. A task with another group keeps it anyway.
    /// </summary>
    public bool KeepsGroup { get; init; }
}

namespace DurableQueue;

/// <summary>One named task of a graph.</summary>
/// <param name="Name">The name, which is unique in the graph: 1 to 128 characters, without control characters.</param>
/// <param name="Task">The task to enqueue. Its <see cref="NewTask.After"/> may contain stored tasks, but not <see cref="TaskDependency.OnItem"/>.</param>
public sealed record TaskGraphNode(string Name, NewTask Task)
{
    /// <summary>The tasks of the graph that it depends on.</summary>
    public IReadOnlyList<TaskGraphDependency> After { get; init; } = [];

    /// <summary>
    /// Keeps the task in the group <c>default</c> instead of moving it to <see cref="TaskGraphSubmitOptions.DefaultGroup"/>. Has no effect on tasks
    /// in other groups.
    /// </summary>
    public bool KeepsGroup { get; init; }
}

namespace DurableQueue;

/// <summary>A dependency on another task of a graph, by name.</summary>
/// <param name="On">The name of the task to wait for.</param>
/// <param name="When">How that task must end. The default is <see cref="DependencyCondition.Succeeded"/>.</param>
public readonly record struct TaskGraphDependency(string On, DependencyCondition When = DependencyCondition.Succeeded)
{
    /// <summary>Creates a dependency that waits for a task to succeed.</summary>
    public static implicit operator TaskGraphDependency(string name) => new(name);

    /// <summary>Creates a dependency that waits for a task to succeed.</summary>
    public static TaskGraphDependency FromString(string name) => new(name);
}

namespace DurableQueue;

/// <summary>One task of a graph that another one waits for, by name.</summary>
/// <param name="On">The name of the task to wait for.</param>
/// <param name="When">How that task must end; default <see cref="DependencyCondition.Succeeded"/>.</param>
public readonly record struct TaskGraphDependency(string On, DependencyCondition When = DependencyCondition.Succeeded)
{
    /// <summary>Waits for the task of that name to succeed.</summary>
    public static implicit operator TaskGraphDependency(string name) => new(name);

    /// <summary>Waits for the task of that name to succeed.</summary>
    public static TaskGraphDependency FromString(string name) => new(name);
}

namespace DurableQueue;

/// <summary>A dependency of a task on another task.</summary>
/// <param name="On">The task to wait for.</param>
/// <param name="When">How that task must end. The default is <see cref="DependencyCondition.Succeeded"/>.</param>
public readonly record struct TaskDependency(TaskId On, DependencyCondition When = DependencyCondition.Succeeded)
{
    /// <summary>The index of the task to wait for in the same enqueue list, plus one; 0 if <see cref="On"/> is the id of a stored task.</summary>
    internal int ItemNumber { get; private init; }

    /// <summary>Creates a dependency that waits for a task to succeed.</summary>
    public static implicit operator TaskDependency(TaskId id) => new(id);

    /// <summary>Creates a dependency that waits for a task to succeed.</summary>
    public static TaskDependency FromTaskId(TaskId id) => new(id);

    /// <summary>Creates a dependency on a task in the same <c>EnqueueAsync</c> list. That task may come before or after this one.</summary>
    /// <param name="index">The index of the task in the list, from 0. It is checked at enqueue.</param>
    /// <param name="when">How that task must end.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative.</exception>
    public static TaskDependency OnItem(int index, DependencyCondition when = DependencyCondition.Succeeded)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new TaskDependency(default, when) { ItemNumber = checked(index + 1) };
    }
}

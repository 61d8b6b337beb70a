namespace DurableQueue;

/// <summary>One task that another one waits for.</summary>
/// <param name="On">The task to wait for.</param>
/// <param name="When">How that task must end; default <see cref="DependencyCondition.Succeeded"/>.</param>
public readonly record struct TaskDependency(TaskId On, DependencyCondition When = DependencyCondition.Succeeded)
{
    /// <summary>Index of the awaited task in the same enqueue list, plus one; 0 when <see cref="On"/> names a stored task.</summary>
    internal int ItemNumber { get; private init; }

    /// <summary>Waits for <paramref name="id"/> to succeed.</summary>
    public static implicit operator TaskDependency(TaskId id) => new(id);

    /// <summary>Waits for <paramref name="id"/> to succeed.</summary>
    public static TaskDependency FromTaskId(TaskId id) => new(id);

    /// <summary>Waits for the task at <paramref name="index"/> (from 0) of the same <c>EnqueueAsync</c> list, before or after this one in the list.</summary>
    /// <param name="index">Position in the list; checked against the list at enqueue.</param>
    /// <param name="when">How that task must end.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public static TaskDependency OnItem(int index, DependencyCondition when = DependencyCondition.Succeeded)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new TaskDependency(default, when) { ItemNumber = checked(index + 1) };
    }
}

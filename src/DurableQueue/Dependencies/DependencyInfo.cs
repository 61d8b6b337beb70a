namespace DurableQueue;

/// <summary>One dependency of a task, as it stood when it was read.</summary>
/// <param name="On">The awaited task; it may be pruned by now if the dependency is satisfied.</param>
/// <param name="When">How it must end.</param>
/// <param name="State">How it stands.</param>
public readonly record struct DependencyInfo(TaskId On, DependencyCondition When, DependencyState State);

namespace DurableQueue;

/// <summary>A snapshot of one dependency of a task.</summary>
/// <param name="On">The task that is waited for. It may have been pruned if the dependency is satisfied.</param>
/// <param name="When">How that task must end.</param>
/// <param name="State">The state of the dependency.</param>
public readonly record struct DependencyInfo(TaskId On, DependencyCondition When, DependencyState State);

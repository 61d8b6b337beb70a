namespace DurableQueue.Dependencies;

/// <summary>Decides whether a dependency is satisfied or broken.</summary>
internal static class Edges
{
    /// <summary>The state of a dependency on a task in the given state.</summary>
    public static DependencyState Resolve(DependencyCondition condition, TaskState awaited) => awaited switch
    {
        TaskState.Queued or TaskState.CheckedOut => DependencyState.Waiting,
        _ when condition == DependencyCondition.Finished => DependencyState.Satisfied,
        TaskState.Done when condition == DependencyCondition.Succeeded => DependencyState.Satisfied,
        TaskState.Failed when condition == DependencyCondition.Failed => DependencyState.Satisfied,
        _ => DependencyState.Broken,
    };

    /// <summary>The one condition that is met when both are; <see langword="null"/> if they exclude each other.</summary>
    public static DependencyCondition? Merge(DependencyCondition first, DependencyCondition second)
    {
        if (first == second || second == DependencyCondition.Finished)
        {
            return first;
        }

        return first == DependencyCondition.Finished ? second : null;
    }
}

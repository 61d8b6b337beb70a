namespace DurableQueue.Dependencies;

/// <summary>When a dependency is satisfied or broken.</summary>
internal static class Edges
{
    /// <summary>How an edge stands that waits for a task in the given state.</summary>
    public static DependencyState Resolve(DependencyCondition condition, TaskState awaited) => awaited switch
    {
        TaskState.Queued or TaskState.CheckedOut => DependencyState.Waiting,
        _ when condition == DependencyCondition.Finished => DependencyState.Satisfied,
        TaskState.Done when condition == DependencyCondition.Succeeded => DependencyState.Satisfied,
        TaskState.Failed when condition == DependencyCondition.Failed => DependencyState.Satisfied,
        _ => DependencyState.Broken,
    };

    /// <summary>The one condition that says the same as both together; <see langword="null"/> if nothing can meet both.</summary>
    public static DependencyCondition? Merge(DependencyCondition first, DependencyCondition second)
    {
        if (first == second || second == DependencyCondition.Finished)
        {
            return first;
        }

        return first == DependencyCondition.Finished ? second : null;
    }
}

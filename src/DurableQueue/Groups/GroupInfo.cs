namespace DurableQueue;

/// <summary>A snapshot of one group.</summary>
public sealed record GroupInfo
{
    /// <summary>The name of the group.</summary>
    public required string Name { get; init; }

    /// <summary>How many tasks of the group may run at once; 0 means no limit.</summary>
    public int Parallelism { get; init; }

    /// <summary>The group is paused: none of its tasks are checked out.</summary>
    public bool Paused { get; init; }

    /// <summary>A budget of the group is used up: none of its tasks start before <see cref="BudgetStatus.RetryAt"/>.</summary>
    public bool OverBudget { get; init; }

    /// <summary>The group pauses itself when one of its tasks fails permanently.</summary>
    public bool PauseOnFailure { get; init; }

    /// <summary>
    /// The group was created or changed through <see cref="ITaskGroups"/>, or it has its own budget. <see langword="false"/> for a group that was
    /// only created by its tasks: no settings are lost when it is removed.
    /// </summary>
    public bool Configured { get; init; }

    /// <summary>The number of tasks that take a slot: checked out and not waiting.</summary>
    public int Running { get; init; }

    /// <summary>The number of checked-out tasks that wait without a slot.</summary>
    public int Waiting { get; init; }

    /// <summary>The number of tasks by state.</summary>
    public required StateCounts Counts { get; init; }
}

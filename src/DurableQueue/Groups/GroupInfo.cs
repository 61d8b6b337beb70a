namespace DurableQueue;

/// <summary>One group as it stood when it was read.</summary>
public sealed record GroupInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>How many of its tasks may run at once; 0 means no limit.</summary>
    public int Parallelism { get; init; }

    /// <summary>New checkouts are stopped.</summary>
    public bool Paused { get; init; }

    /// <summary>A budget of it is used up: nothing of it starts before the time that <see cref="ITaskBudgets.GetAsync"/> tells.</summary>
    public bool OverBudget { get; init; }

    /// <summary>It pauses itself when a task of it fails for good.</summary>
    public bool PauseOnFailure { get; init; }

    /// <summary>
    /// It was made with <see cref="ITaskGroups.EnsureAsync"/>, something of it was set with <see cref="ITaskGroups"/>, or it has a budget of its own. A group
    /// that only its tasks have made is not: nothing is lost when it is removed.
    /// </summary>
    public bool Configured { get; init; }

    /// <summary>Tasks that take a slot: checked out and not waiting.</summary>
    public int Running { get; init; }

    /// <summary>Checked-out tasks that gave their slot back and wait.</summary>
    public int Waiting { get; init; }

    /// <summary>Its tasks by state.</summary>
    public required StateCounts Counts { get; init; }
}

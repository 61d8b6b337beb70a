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

    /// <summary>The number of queued tasks without a hold. Whether the group is paused, full or over its budget doesn't matter.</summary>
    public long Ready { get; init; }

    /// <summary>
    /// The number of queued tasks with the hold <see cref="TaskHolds.NotBefore"/>. A task with several holds counts under each of them. An open queue
    /// ends a delay within a second after its time; until then, the task still counts here.
    /// </summary>
    public long Delayed { get; init; }

    /// <summary>The number of queued tasks with the hold <see cref="TaskHolds.Dependencies"/>.</summary>
    public long Blocked { get; init; }

    /// <summary>The number of queued tasks with the hold <see cref="TaskHolds.Stashed"/>.</summary>
    public long Stashed { get; init; }

    /// <summary>The number of queued tasks with the hold <see cref="TaskHolds.Approval"/>.</summary>
    public long AwaitingApproval { get; init; }

    /// <summary>The number of queued tasks with the hold <see cref="TaskHolds.Budget"/>.</summary>
    public long HeldByBudget { get; init; }

    /// <summary>
    /// When the oldest ready task was enqueued or, if that is later, its delay ended or its latest attempt started; <see langword="null"/> if no task is
    /// ready. When other holds ended is not stored. Looks at the first task of each type and priority, not at every ready task, and at no more than
    /// 10,000 of them in all groups together.
    /// </summary>
    public DateTimeOffset? OldestReadyAt { get; init; }

    /// <summary>The number of tasks by state.</summary>
    public required StateCounts Counts { get; init; }
}

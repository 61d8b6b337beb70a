namespace DurableQueue;

/// <summary>A snapshot of one task, without its payload and result.</summary>
public sealed record TaskInfo
{
    /// <summary>The id of the task.</summary>
    public required TaskId Id { get; init; }

    /// <summary>The task's type.</summary>
    public required string Type { get; init; }

    /// <summary>The task's group.</summary>
    public required string Group { get; init; }

    /// <summary>The task's label.</summary>
    public string? Label { get; init; }

    /// <summary>The task's priority.</summary>
    public int Priority { get; init; }

    /// <summary>The task's state.</summary>
    public TaskState State { get; init; }

    /// <summary>
    /// Why the task isn't ready. <see cref="TaskHolds.NotBefore"/> is omitted once its time has passed. <see cref="TaskHolds.None"/> unless the task
    /// is queued.
    /// </summary>
    public TaskHolds Holds { get; init; }

    /// <summary>How the task ended; <see cref="TaskOutcome.None"/> until it has finished.</summary>
    public TaskOutcome Outcome { get; init; }

    /// <summary>The number of attempts since the task was enqueued or last retried by hand, including the running one.</summary>
    public int Attempt { get; init; }

    /// <summary>The maximum number of attempts.</summary>
    public int MaxAttempts { get; init; }

    /// <summary>The delays between attempts; <see langword="null"/> if the task was enqueued without a retry policy.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>How long one attempt may run; <see langword="null"/> means no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The duration of the task's leases; <see langword="null"/> if the task was enqueued without one.</summary>
    public TimeSpan? LeaseDuration { get; init; }

    /// <summary>The cost that each attempt reserves in the task's budgets; <see langword="null"/> if the task was enqueued without an estimate.</summary>
    public Cost? EstimatedCost { get; init; }

    /// <summary>The approval that the task was enqueued to require before its first run; <see langword="null"/> if none, or if only gates require one.</summary>
    public ApprovalTerms? Approval { get; init; }

    /// <summary>The worker of the latest attempt.</summary>
    public string? Worker { get; init; }

    /// <summary>When the task was enqueued.</summary>
    public DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>The earliest time at which the task may run; <see langword="null"/> if it has no delay.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>
    /// The earliest time at which the budget that holds the task has room again; <see langword="null"/> unless the task has the hold
    /// <see cref="TaskHolds.Budget"/>.
    /// </summary>
    public DateTimeOffset? BudgetUntil { get; init; }

    /// <summary>When the latest attempt was checked out.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the task finished.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When the lease of the running attempt expires.</summary>
    public DateTimeOffset? LeaseExpiresAt { get; init; }

    /// <summary>The sequence number of the finish, which rises in commit order; <see langword="null"/> until the task has finished.</summary>
    public long? FinishSequence { get; init; }

    /// <summary>The number of dependencies that haven't finished yet.</summary>
    public int PendingDependencies { get; init; }

    /// <summary>
    /// The condition of a dependency wasn't met while the group is paused: the task fails when the group is resumed, unless the dependency is retried
    /// before.
    /// </summary>
    public bool Doomed { get; init; }

    /// <summary>The task runs next, because of <see cref="ITaskControl.RunNowAsync"/> or <see cref="NewTask.RunNow"/>.</summary>
    public bool Urgent { get; init; }

    /// <summary>The task is checked out, and its attempt waits without a slot: <see cref="ITaskQueue.SuspendAsync"/>.</summary>
    public bool Waiting { get; init; }

    /// <summary>The task's worker was asked to stop it.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>The task's dedup key.</summary>
    public string? DedupKey { get; init; }

    /// <summary>How long the task holds its dedup key; <see cref="DedupScope.Active"/> if it has none.</summary>
    public DedupScope DedupScope { get; init; }

    /// <summary>The fraction in the latest progress report, 0 to 1.</summary>
    public double? Progress { get; init; }

    /// <summary>The message in the latest progress report.</summary>
    public string? ProgressMessage { get; init; }

    /// <summary>The error of the latest failed attempt, or the reason why the task was cancelled, was rejected or failed because of a dependency.</summary>
    public string? LastError { get; init; }

    /// <summary>How the task got its type, if a router has chosen it.</summary>
    public TaskRoute? Route { get; init; }

    /// <summary>The metadata given at enqueue; empty if none.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The name of the schedule that enqueued the task; <see langword="null"/> if none did.</summary>
    public string? Schedule => ScheduledTask.NameIn(Metadata);

    /// <summary>The time of the schedule's occurrence; <see langword="null"/> if no schedule enqueued the task.</summary>
    public DateTimeOffset? OccursAt => ScheduledTask.OccurrenceIn(Metadata);

    /// <summary>Whether the task is in one of the three finished states.</summary>
    public bool IsFinished => State is TaskState.Done or TaskState.Failed or TaskState.Cancelled;
}

namespace DurableQueue;

/// <summary>One task as it stood when it was read: everything but the payload and the result.</summary>
public sealed record TaskInfo
{
    /// <summary>The task.</summary>
    public required TaskId Id { get; init; }

    /// <summary>Its type.</summary>
    public required string Type { get; init; }

    /// <summary>Its group.</summary>
    public required string Group { get; init; }

    /// <summary>Its label.</summary>
    public string? Label { get; init; }

    /// <summary>Its priority.</summary>
    public int Priority { get; init; }

    /// <summary>Its state.</summary>
    public TaskState State { get; init; }

    /// <summary>Why it is not ready; a delay that has passed is left out. <see cref="TaskHolds.None"/> unless queued.</summary>
    public TaskHolds Holds { get; init; }

    /// <summary>How it ended; <see cref="TaskOutcome.None"/> until then.</summary>
    public TaskOutcome Outcome { get; init; }

    /// <summary>Attempts made since it was enqueued or last retried, the running one included.</summary>
    public int Attempt { get; init; }

    /// <summary>How many attempts it has in all.</summary>
    public int MaxAttempts { get; init; }

    /// <summary>Waits between attempts, if it was enqueued with a policy of its own.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>How long one attempt may run.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long its leases are, if it was enqueued with a length of its own.</summary>
    public TimeSpan? LeaseDuration { get; init; }

    /// <summary>What each attempt reserves in the budgets, if it was enqueued with an estimate.</summary>
    public Cost? EstimatedCost { get; init; }

    /// <summary>The approval that it was itself enqueued to need before its first run; <see langword="null"/> if none, or if only gates asked for one.</summary>
    public ApprovalTerms? Approval { get; init; }

    /// <summary>The worker of the latest attempt.</summary>
    public string? Worker { get; init; }

    /// <summary>When it was enqueued.</summary>
    public DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>Not ready before this time.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>When the budget that holds it has room again, at the earliest; <see langword="null"/> without the hold <see cref="TaskHolds.Budget"/>.</summary>
    public DateTimeOffset? BudgetUntil { get; init; }

    /// <summary>When the latest attempt was checked out.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it finished.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When the lease of the running attempt may be taken back.</summary>
    public DateTimeOffset? LeaseExpiresAt { get; init; }

    /// <summary>The number of its finish, rising in commit order; <see langword="null"/> until then.</summary>
    public long? FinishSequence { get; init; }

    /// <summary>Dependencies that have not ended yet.</summary>
    public int PendingDependencies { get; init; }

    /// <summary>A dependency ended otherwise than asked and the group is paused: it will fail on resume unless the dependency is retried.</summary>
    public bool Doomed { get; init; }

    /// <summary>Marked to run next, by <see cref="ITaskControl.RunNowAsync"/>.</summary>
    public bool Urgent { get; init; }

    /// <summary>Checked out, but its slot is given back: <see cref="ITaskQueue.SuspendAsync"/>.</summary>
    public bool Waiting { get; init; }

    /// <summary>Its worker was asked to stop it.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>Its dedup key.</summary>
    public string? DedupKey { get; init; }

    /// <summary>How long it holds that key; <see cref="DedupScope.Active"/> if it has none.</summary>
    public DedupScope DedupScope { get; init; }

    /// <summary>How far the latest report says it is, 0 to 1.</summary>
    public double? Progress { get; init; }

    /// <summary>What the latest report says.</summary>
    public string? ProgressMessage { get; init; }

    /// <summary>The error of the latest failed attempt, or why it was cancelled, rejected or dependency-failed.</summary>
    public string? LastError { get; init; }

    /// <summary>How it got its type, if it was enqueued without one and a router has chosen.</summary>
    public TaskRoute? Route { get; init; }

    /// <summary>The metadata given at enqueue; empty if none.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The schedule that it is a run of; <see langword="null"/> if none enqueued it.</summary>
    public string? Schedule => ScheduledTask.NameIn(Metadata);

    /// <summary>The time of the schedule's occurrence that it is the run of; <see langword="null"/> if no schedule enqueued it.</summary>
    public DateTimeOffset? OccursAt => ScheduledTask.OccurrenceIn(Metadata);

    /// <summary>True in the three finished states.</summary>
    public bool IsFinished => State is TaskState.Done or TaskState.Failed or TaskState.Cancelled;
}

namespace DurableQueue;

/// <summary>A task to enqueue: its type, its payload and its settings.</summary>
/// <param name="Type">
/// Stable name of the kind of work, such as <c>mail.send</c>: 1 to 128 characters of <c>[A-Za-z0-9._:/-]</c>. Never the name of a CLR type.
/// </param>
/// <param name="Payload">What the handler gets, usually JSON; at most 16 MiB unless the queue is set otherwise.</param>
public sealed record NewTask(string Type, ReadOnlyMemory<byte> Payload = default)
{
    /// <summary>Name of the group used when none is given.</summary>
    public const string DefaultGroup = "default";

    /// <summary>The type of tasks that have none yet: a registered <see cref="ITaskRouter"/> chooses it before their first run.</summary>
    public const string AutoType = "auto";

    /// <summary>The lane it runs in; made with no limit if it does not exist. Default <c>default</c>; same characters as a type.</summary>
    public string Group { get; init; } = DefaultGroup;

    /// <summary>
    /// At least this many tasks of its group may run at once, in the same transaction: a group that does not exist is made with this limit, a lower limit
    /// is raised to it, and a group without a limit stays so. 1 or more; <see langword="null"/> leaves the limit.
    /// </summary>
    public int? GroupParallelism { get; init; }

    /// <summary>Free text for people and for selecting; at most 512 characters, no control characters.</summary>
    public string? Label { get; init; }

    /// <summary>Higher runs first, across all groups that a worker serves. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary>The tasks to wait for; all of them must end as their condition asks. At most 1,000.</summary>
    public IReadOnlyList<TaskDependency> After { get; init; } = [];

    /// <summary>Not ready before this time, up to the year 9999. Give this or <see cref="Delay"/>, not both.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Not ready before this long after the enqueue, by the queue's clock. Zero or more.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>How often it is tried before it is <see cref="TaskState.Failed"/>; a crash of the worker counts. Default 3; at least 1.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Waits between attempts; <see langword="null"/> means <see cref="RetryPolicy.Default"/>.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>How long one attempt may run, enforced by the worker; <see langword="null"/> means no limit. 1 ms to 365 days.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Overrides the lease of whoever checks it out; 100 ms to 24 h.</summary>
    public TimeSpan? LeaseDuration { get; init; }

    /// <summary>Enqueueing an equal key gives the existing task instead of a second one; at most 512 characters.</summary>
    public string? DedupKey { get; init; }

    /// <summary>How long <see cref="DedupKey"/> is held. Default <see cref="DedupScope.Active"/>.</summary>
    public DedupScope DedupScope { get; init; }

    /// <summary>Start put aside, until <see cref="ITaskControl.UnstashAsync"/>.</summary>
    public bool Stashed { get; init; }

    /// <summary>
    /// Start urgent: run next, past the limit and pause of its group, as <see cref="ITaskControl.RunNowAsync"/> does.
    /// Not together with <see cref="After"/>, <see cref="NotBefore"/>, <see cref="Delay"/>, <see cref="Stashed"/> or <see cref="RequiresApproval"/>.
    /// </summary>
    public bool RunNow { get; init; }

    /// <summary>Start with the hold <see cref="TaskHolds.Approval"/>.</summary>
    public bool RequiresApproval { get; init; }

    /// <summary>Who may give that approval, and until when; asks for one also without <see cref="RequiresApproval"/>.</summary>
    public ApprovalTerms? Approval { get; init; }

    /// <summary>
    /// What each attempt is expected to cost. While it runs, that much of its budgets is reserved; at the end what it reported takes its place, or
    /// the estimate is charged if it reported nothing. <see langword="null"/> means <see cref="CostCap.Estimate"/>.
    /// </summary>
    public Cost? EstimatedCost { get; init; }

    /// <summary>Text that travels with the task, such as a tenant or a trace; at most 64 entries, key 128 and value 4,096 characters.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>A task without a type: the queue's router chooses it before the first run.</summary>
    /// <param name="payload">As for any task.</param>
    public static NewTask Auto(ReadOnlyMemory<byte> payload = default) => new(AutoType, payload);
}

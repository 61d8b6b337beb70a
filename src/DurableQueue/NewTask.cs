namespace DurableQueue;

/// <summary>A task to enqueue: its type, its payload and its settings.</summary>
/// <param name="Type">
/// A stable name for the kind of work, such as <c>mail.send</c>: 1 to 128 characters of <c>[A-Za-z0-9._:/-]</c>. Don't use the name of a CLR type.
/// </param>
/// <param name="Payload">The input of the handler, usually JSON. At most 16 MiB by default; the queue's options can change the limit.</param>
public sealed record NewTask(string Type, ReadOnlyMemory<byte> Payload = default)
{
    /// <summary>The name of the group of tasks that name no other.</summary>
    public const string DefaultGroup = "default";

    /// <summary>The type of tasks whose real type a registered <see cref="ITaskRouter"/> chooses before their first run.</summary>
    public const string AutoType = "auto";

    /// <summary>
    /// The group of the task. A group that doesn't exist is created without a limit. The default is <c>default</c>; the characters of
    /// <see cref="Type"/> are allowed.
    /// </summary>
    public string Group { get; init; } = DefaultGroup;

    /// <summary>
    /// Raises the limit of the group, in the same transaction, so that at least this many of its tasks may run at once. A group that doesn't exist is
    /// created with this limit; a group without a limit stays unlimited. At least 1; <see langword="null"/> leaves the limit unchanged.
    /// </summary>
    public int? GroupParallelism { get; init; }

    /// <summary>A text for people, which tasks can also be selected by; at most 512 characters, without control characters.</summary>
    public string? Label { get; init; }

    /// <summary>Tasks with a higher priority run first, across all groups that a worker takes from. The default is 0.</summary>
    public int Priority { get; init; }

    /// <summary>The tasks that this task depends on, at most 1,000. It waits until all of them have finished and their conditions are met.</summary>
    public IReadOnlyList<TaskDependency> After { get; init; } = [];

    /// <summary>The earliest time at which the task may run, up to the year 9999. Can't be combined with <see cref="Delay"/>.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>How long after the enqueue the task may run at the earliest, by the queue's clock. Zero or more.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>
    /// How many attempts the task has before it ends in state <see cref="TaskState.Failed"/>. A crash of the worker uses one up. The default is 3; at
    /// least 1.
    /// </summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>The delays between attempts; <see langword="null"/> means <see cref="RetryPolicy.Default"/>.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>How long one attempt may run, 1 ms to 365 days. The worker enforces it. <see langword="null"/> means no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// The duration of the task's leases, 100 ms to 24 h; <see langword="null"/> means <see cref="CheckoutRequest.LeaseDuration"/> of the worker that
    /// checks it out.
    /// </summary>
    public TimeSpan? LeaseDuration { get; init; }

    /// <summary>A key for deduplication, at most 512 characters. If another task holds the same key, an enqueue returns that task instead of creating one.</summary>
    public string? DedupKey { get; init; }

    /// <summary>How long the task holds its <see cref="DedupKey"/>. The default is <see cref="DedupScope.Active"/>.</summary>
    public DedupScope DedupScope { get; init; }

    /// <summary>Puts the task aside until <see cref="ITaskControl.UnstashAsync"/>.</summary>
    public bool Stashed { get; init; }

    /// <summary>
    /// Makes the task run next, past the limit and pause of its group, like <see cref="ITaskControl.RunNowAsync"/>.
    /// Can't be combined with <see cref="After"/>, <see cref="NotBefore"/>, <see cref="Delay"/>, <see cref="Stashed"/> or <see cref="RequiresApproval"/>.
    /// </summary>
    public bool RunNow { get; init; }

    /// <summary>Holds the task until it is approved: <see cref="TaskHolds.Approval"/>.</summary>
    public bool RequiresApproval { get; init; }

    /// <summary>Who may approve the task, and until when. Requires an approval even without <see cref="RequiresApproval"/>.</summary>
    public ApprovalTerms? Approval { get; init; }

    /// <summary>
    /// The expected cost of each attempt. It is reserved in the task's budgets while the attempt runs, and replaced by the reported cost when the
    /// attempt ends. If the attempt reported no cost, the estimate is charged. <see langword="null"/> means <see cref="CostCap.Estimate"/>.
    /// </summary>
    public Cost? EstimatedCost { get; init; }

    /// <summary>
    /// Text values stored with the task, such as the name of a tenant: at most 64 entries, with keys of at most 128 and values of at most 4,096 characters.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Creates a task whose type the queue's <see cref="ITaskRouter"/> chooses before its first run.</summary>
    /// <param name="payload">The payload, as for any task.</param>
    public static NewTask Auto(ReadOnlyMemory<byte> payload = default) => new(AutoType, payload);
}

namespace DurableQueue;

/// <summary>A task that was checked out, with everything that is needed to run it.</summary>
public sealed record LeasedTask
{
    /// <summary>The id of the task.</summary>
    public required TaskId Id { get; init; }

    /// <summary>The task's type.</summary>
    public required string Type { get; init; }

    /// <summary>The task's payload; empty if it has none.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The task's group.</summary>
    public required string Group { get; init; }

    /// <summary>The task's label.</summary>
    public string? Label { get; init; }

    /// <summary>The task's priority.</summary>
    public int Priority { get; init; }

    /// <summary>The number of this attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The maximum number of attempts.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>The lease, which is renewed by heartbeats and needed to settle the attempt.</summary>
    public required Lease Lease { get; init; }

    /// <summary>For how long a heartbeat renews the lease.</summary>
    public required TimeSpan LeaseDuration { get; init; }

    /// <summary>How long this attempt may run; <see langword="null"/> means no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The metadata given at enqueue; empty if none.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The name of the schedule that enqueued the task; <see langword="null"/> if none did.</summary>
    public string? Schedule => ScheduledTask.NameIn(Metadata);

    /// <summary>The time of the schedule's occurrence; <see langword="null"/> if no schedule enqueued the task.</summary>
    public DateTimeOffset? OccursAt => ScheduledTask.OccurrenceIn(Metadata);

    /// <summary>The last checkpoint of an earlier attempt; <see langword="null"/> if none was stored.</summary>
    public ReadOnlyMemory<byte>? Checkpoint { get; init; }

    /// <summary>
    /// The W3C <c>traceparent</c> of the activity in which the task was enqueued; <see langword="null"/> if there was none. The hosted worker starts
    /// its span from it.
    /// </summary>
    public string? TraceParent { get; init; }

    /// <summary>The W3C <c>tracestate</c> that belongs to <see cref="TraceParent"/>; <see langword="null"/> if there was none.</summary>
    public string? TraceState { get; init; }

    /// <summary>When the task was enqueued.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>When this attempt was checked out. A take-over doesn't change it.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>
    /// The fencing token of the checkout that started this attempt. Together with the task's id it identifies the attempt permanently: no other
    /// attempt has the same token, not even after the task was retried, and a take-over doesn't change it.
    /// </summary>
    public long AttemptToken { get; init; }

    /// <summary>The attempt was started by another worker and taken over: <see cref="ITaskQueue.TakeOverAsync(TaskId, string, CancellationToken)"/>.</summary>
    public bool TakenOver { get; init; }

    /// <summary>How long an attempt that was taken over has had requests for approval that were not decided: its timeout doesn't count that.</summary>
    internal TimeSpan AwaitedDecisions { get; init; }

    /// <summary>
    /// For one of the <see cref="CheckoutRequest.AdoptedTypes"/>, the lowest number, from 0, that no other running attempt of such a type in the
    /// group has, in any process. The attempt keeps it to its end. <see langword="null"/> for other types.
    /// </summary>
    public int? Slot { get; init; }
}

namespace DurableQueue;

/// <summary>A task that was checked out, with all that is needed to run it.</summary>
public sealed record LeasedTask
{
    /// <summary>The task.</summary>
    public required TaskId Id { get; init; }

    /// <summary>Its type.</summary>
    public required string Type { get; init; }

    /// <summary>Its payload; empty if it has none.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Its group.</summary>
    public required string Group { get; init; }

    /// <summary>Its label.</summary>
    public string? Label { get; init; }

    /// <summary>Its priority.</summary>
    public int Priority { get; init; }

    /// <summary>The number of this attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>How many attempts it has in all.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>The lease to renew and to finish with.</summary>
    public required Lease Lease { get; init; }

    /// <summary>How long one heartbeat renews the lease for.</summary>
    public required TimeSpan LeaseDuration { get; init; }

    /// <summary>How long this attempt may run; <see langword="null"/> means no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The metadata given at enqueue; empty if none.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The schedule that it is a run of; <see langword="null"/> if none enqueued it.</summary>
    public string? Schedule => ScheduledTask.NameIn(Metadata);

    /// <summary>The time of the schedule's occurrence that it is the run of; <see langword="null"/> if no schedule enqueued it.</summary>
    public DateTimeOffset? OccursAt => ScheduledTask.OccurrenceIn(Metadata);

    /// <summary>The last checkpoint of an earlier attempt; <see langword="null"/> if none was stored.</summary>
    public ReadOnlyMemory<byte>? Checkpoint { get; init; }

    /// <summary>
    /// The W3C <c>traceparent</c> of the activity in which it was enqueued; <see langword="null"/> if there was none. The hosted worker starts
    /// its span from it.
    /// </summary>
    public string? TraceParent { get; init; }

    /// <summary>The W3C <c>tracestate</c> that belongs to <see cref="TraceParent"/>; <see langword="null"/> if there was none.</summary>
    public string? TraceState { get; init; }

    /// <summary>When it was enqueued.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>When this attempt was checked out; a take-over does not change it.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>
    /// The token of the checkout that began this attempt. With the task's id it names the attempt for good: no other attempt has it, also after
    /// a retry in place, and a take-over does not change it.
    /// </summary>
    public long AttemptToken { get; init; }

    /// <summary>Another worker began this attempt (<see cref="ITaskQueue.TakeOverAsync(TaskId, string, CancellationToken)"/>).</summary>
    public bool TakenOver { get; init; }

    /// <summary>
    /// For a type of <see cref="CheckoutRequest.AdoptedTypes"/>: the lowest number, from 0, that no other running attempt of such a type in the
    /// group has, in any process; kept to the end of the attempt. Else <see langword="null"/>.
    /// </summary>
    public int? Slot { get; init; }
}

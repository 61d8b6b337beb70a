using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Reads a task that is being leased, with its body, from the columns that every statement for it gives.</summary>
internal static class LeasedTaskRow
{
    public const string Columns =
        """
        t.id, t.rank, t.attempt, t.max_attempts, t.token, t.lease_override_ms, t.lease_ms, t.timeout_ms, t.enqueued_at_ms, t.label,
               t.not_before_at_ms, b.metadata, b.trace_parent, b.trace_state, b.payload,
               CASE WHEN t.checkpointed = 1 THEN (SELECT data FROM task_checkpoint WHERE id = t.id) END,
               t.attempt_token, t.started_at_ms, t.slot, t.dedup,
        """ + SharedParts.Columns;

    public static long? LeaseOverrideMs(Statement row) => row.NullableLong(5);

    public static long? NotBeforeMs(Statement row) => row.NullableLong(10);

    /// <summary>The latest token of the task; 0 before its first checkout.</summary>
    public static long Token(Statement row) => row.Long(4);

    /// <summary>How long the lease that the task has lasts.</summary>
    public static long LeaseMs(Statement row) => row.Long(6);

    /// <summary>A checkout frees its dedup key.</summary>
    public static bool HasKeyUntilStarted(Statement row) => row.Int(19) == StoredScope.UntilStarted;

    /// <summary>A ready task as the worker that checks it out gets it: with a new token and the next attempt.</summary>
    public static LeasedTask ReadCheckedOut(Statement row, LaneState lane, long leaseMs, long nowMs, long token) =>
        Read(row, lane, leaseMs, nowMs, token, new Attempting(row.Int(2) + 1, token, nowMs, TakenOver: false, Slot: null));

    /// <summary>A running attempt as the worker that takes it over gets it: with the next token.</summary>
    public static LeasedTask ReadTakenOver(Statement row, LaneState lane, long nowMs) => Read(
        row, lane, LeaseMs(row), nowMs, Token(row) + 1,
        new Attempting(row.Int(2), row.NullableLong(16) ?? Token(row), row.NullableLong(17) ?? nowMs, TakenOver: true, row.NullableLong(18) is { } slot ? (int)slot : null));

    private static LeasedTask Read(Statement row, LaneState lane, long leaseMs, long nowMs, long token, in Attempting attempt)
    {
        var id = new TaskId(row.Long(0));
        return new LeasedTask
        {
            Id = id,
            Type = lane.Type,
            Group = lane.Group.Name,
            Priority = (int)-row.Long(1),
            Attempt = attempt.Number,
            MaxAttempts = row.Int(3),
            Lease = new Lease(id, token, Times.FromMs(nowMs + leaseMs)),
            LeaseDuration = Times.SpanFromMs(leaseMs),
            Timeout = row.NullableLong(7) is { } timeout ? Times.SpanFromMs(timeout) : null,
            EnqueuedAt = Times.FromMs(row.Long(8)),
            Label = row.NullableText(9),
            Metadata = StoredJson.ReadMetadata(row.NullableText(11)),
            TraceParent = row.NullableText(12),
            TraceState = row.NullableText(13),
            Payload = row.IsNull(21) ? row.Blob(14) : SharedParts.Join(row.Blob(14), row.Blob(21), row.Int(20)),
            Checkpoint = row.IsNull(15) ? default(ReadOnlyMemory<byte>?) : row.Blob(15),
            AttemptToken = attempt.Token,
            StartedAt = Times.FromMs(attempt.StartedAtMs),
            TakenOver = attempt.TakenOver,
            Slot = attempt.Slot,
        };
    }

    /// <summary>What a checkout begins and a take-over continues. Given to the one place that makes the object, which is the largest of a task's life.</summary>
    private readonly record struct Attempting(int Number, long Token, long StartedAtMs, bool TakenOver, int? Slot);
}

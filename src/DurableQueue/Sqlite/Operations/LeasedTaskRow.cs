using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Reads a task that is being leased, with its body, from the columns that every statement for it gives.</summary>
internal static class LeasedTaskRow
{
    // A task that was never leased, whose token is 0, can have no checkpoint: that saves its look-up.
    public const string Columns =
        """
        t.id, t.rank, t.attempt, t.max_attempts, t.token, t.lease_override_ms, t.lease_ms, t.timeout_ms, t.enqueued_at_ms, t.label,
               t.not_before_at_ms, b.metadata, b.trace_parent, b.trace_state, b.payload,
               CASE WHEN t.token > 0 THEN (SELECT data FROM task_checkpoint WHERE id = t.id) END
        """;

    public static long? LeaseOverrideMs(Statement row) => row.NullableLong(5);

    public static long? NotBeforeMs(Statement row) => row.NullableLong(10);

    /// <summary>How long the lease that the task has lasts.</summary>
    public static long LeaseMs(Statement row) => row.Long(6);

    /// <summary>The task as its new holder gets it: with the next token, and the next attempt if it is a checkout.</summary>
    public static LeasedTask Read(Statement row, LaneState lane, bool firstOfAttempt, long leaseMs, long nowMs)
    {
        var id = new TaskId(row.Long(0));
        return new LeasedTask
        {
            Id = id,
            Type = lane.Type,
            Group = lane.Group.Name,
            Priority = (int)-row.Long(1),
            Attempt = row.Int(2) + (firstOfAttempt ? 1 : 0),
            MaxAttempts = row.Int(3),
            Lease = new Lease(id, row.Long(4) + 1, Times.FromMs(nowMs + leaseMs)),
            LeaseDuration = TimeSpan.FromMilliseconds(leaseMs),
            Timeout = row.NullableLong(7) is { } timeout ? TimeSpan.FromMilliseconds(timeout) : null,
            EnqueuedAt = Times.FromMs(row.Long(8)),
            Label = row.NullableText(9),
            Metadata = StoredJson.ReadMetadata(row.NullableText(11)),
            TraceParent = row.NullableText(12),
            TraceState = row.NullableText(13),
            Payload = row.Blob(14),
            Checkpoint = row.IsNull(15) ? default(ReadOnlyMemory<byte>?) : row.Blob(15),
        };
    }
}

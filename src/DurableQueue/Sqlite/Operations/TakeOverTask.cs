using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Goes on with the attempt of a worker process that is gone from this machine.</summary>
internal sealed class TakeOverTask(TaskId id, string worker) : WriteOperation<LeasedTask?>
{
    private const string TakeOver =
        """
        UPDATE task SET token = token + 1, worker_id = @workerId, worker = @worker, lease_expires_at_ms = @now + lease_ms
        WHERE id = @id
        RETURNING rank, attempt, max_attempts, token, lease_ms, lease_expires_at_ms, timeout_ms, enqueued_at_ms, label
        """;

    protected override LeasedTask? Execute(WriteSession session)
    {
        var row = TaskRow.Require(session.Db, id);
        if (row is not { State: TaskState.CheckedOut, WorkerId: { } workerId } || session.Workers.ProcessOf(workerId)?.IsGoneFromHere() != true)
        {
            return null;
        }

        var update = session.Db[TakeOver].Bind("@id", id.Value)
            .Bind("@workerId", session.Workers.IdOf(worker, session.NowMs))
            .Bind("@worker", worker)
            .Bind("@now", session.NowMs);
        update.Step();
        var task = Read(update, session.Lanes.ById(row.LaneId));
        update.Run();
        session.Deadlines.AddExpiry(task.Lease.ExpiresAt.ToUnixTimeMilliseconds());
        return CheckoutTasks.WithBody(session, task);
    }

    private LeasedTask Read(Statement row, LaneState lane) => new()
    {
        Id = id,
        Type = lane.Type,
        Group = lane.Group.Name,
        Priority = (int)-row.Long(0),
        Attempt = row.Int(1),
        MaxAttempts = row.Int(2),
        Lease = new Lease(id, row.Long(3), Times.FromMs(row.Long(5))),
        LeaseDuration = TimeSpan.FromMilliseconds(row.Long(4)),
        Timeout = row.NullableLong(6) is { } timeout ? TimeSpan.FromMilliseconds(timeout) : null,
        EnqueuedAt = Times.FromMs(row.Long(7)),
        Label = row.NullableText(8),
        Payload = ReadOnlyMemory<byte>.Empty,
        Metadata = StoredJson.ReadMetadata(null),
    };
}

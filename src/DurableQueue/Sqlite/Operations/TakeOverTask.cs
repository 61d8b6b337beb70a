namespace DurableQueue.Sqlite.Operations;

/// <summary>Goes on with the attempt of a worker process that is gone from this machine.</summary>
internal sealed class TakeOverTask(TaskId id, string worker) : WriteOperation<LeasedTask?>
{
    private const string SelectLeased =
        $"SELECT {LeasedTaskRow.Columns} FROM task t LEFT JOIN task_body b ON b.id = t.id WHERE t.id = @id";

    private const string TakeOver =
        "UPDATE task SET token = @token, worker_id = @workerId, worker = @worker, lease_expires_at_ms = @expires WHERE id = @id";

    protected override LeasedTask? Execute(WriteSession session)
    {
        var row = TaskRow.Require(session.Db, id);
        if (row is not { State: TaskState.CheckedOut, WorkerId: { } workerId } || session.Workers.ProcessOf(workerId)?.IsGoneFromHere() != true)
        {
            return null;
        }

        var select = session.Db[SelectLeased].Bind("@id", id.Value);
        select.Step();
        var task = LeasedTaskRow.Read(select, session.Lanes.ById(row.LaneId), firstOfAttempt: false, LeasedTaskRow.LeaseMs(select), session.NowMs);
        select.Reset();
        var expires = task.Lease.ExpiresAt.ToUnixTimeMilliseconds();
        session.Db[TakeOver].Bind("@id", id.Value)
            .Bind("@token", task.Lease.Token)
            .Bind("@workerId", session.Workers.IdOf(worker, session.NowMs))
            .Bind("@worker", worker)
            .Bind("@expires", expires)
            .Run();
        session.Deadlines.AddExpiry(expires);
        return task;
    }
}

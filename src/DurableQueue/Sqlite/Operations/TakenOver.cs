namespace DurableQueue.Sqlite.Operations;

/// <summary>Gives a running attempt to another worker.</summary>
internal static class TakenOver
{
    private const string SelectLeased =
        $"SELECT {LeasedTaskRow.Columns} FROM task t LEFT JOIN task_body b ON b.id = t.id WHERE t.id = @id";

    private const string TakeOver =
        "UPDATE task SET token = @token, worker_id = @workerId, worker = @worker, lease_expires_at_ms = @expires WHERE id = @id";

    public static LeasedTask Take(WriteSession session, TaskRow row, string worker)
    {
        var select = session.Db[SelectLeased].Bind("@id", row.Id.Value);
        select.Step();
        var task = LeasedTaskRow.ReadTakenOver(select, session.Lanes.ById(row.LaneId), session.NowMs);
        select.Reset();
        var expires = task.Lease.ExpiresAt.ToUnixTimeMilliseconds();
        session.Db[TakeOver].Bind("@id", row.Id.Value)
            .Bind("@token", task.Lease.Token)
            .Bind("@workerId", session.Workers.IdOf(worker, session.NowMs))
            .Bind("@worker", worker)
            .Bind("@expires", expires)
            .Run();
        session.Budgets.TakeOver(row.Id, task.Lease.Token);
        session.Deadlines.AddExpiry(expires);
        return task;
    }
}

using DurableQueue.Groups;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Gives a running attempt to another worker. What waited without a slot has it again until the new worker gives it back.</summary>
internal static class TakenOver
{
    /// <summary>How long the attempt of a <c>task</c> has had undecided requests for approval, up to <c>@now</c>. Requests at the same time count each.</summary>
    public const string AwaitedMs =
        """
        (SELECT coalesce(sum(coalesce(a.decided_at_ms, @now) - a.asked_at_ms), 0) FROM task_approval a
         WHERE a.task_id = task.id AND a.in_run = 1 AND a.asked_at_ms >= task.started_at_ms)
        """;

    private const string SelectAwaited = $"SELECT {AwaitedMs} FROM task WHERE id = @id";

    private const string SelectLeased =
        $"SELECT {LeasedTaskRow.Columns} FROM task t LEFT JOIN task_body b ON b.id = t.id WHERE t.id = @id";

    private const string TakeOver =
        """
        UPDATE task
        SET token = @token, attempt_token = coalesce(attempt_token, token), worker_id = @workerId, worker = @worker, lease_expires_at_ms = @expires, waiting = 0
        WHERE id = @id
        """;

    public static LeasedTask Take(WriteContext context, TaskRow row, string worker)
    {
        var select = context.Db[SelectLeased].Bind("@id", row.Id.Value);
        select.Step();
        var task = LeasedTaskRow.ReadTakenOver(select, context.Lanes.ById(row.LaneId), context.NowMs);
        select.Reset();
        if (task.Timeout is not null)
        {
            var awaited = context.Db[SelectAwaited].Bind("@id", row.Id.Value).Bind("@now", context.NowMs).Scalar() ?? 0;
            task = task with { AwaitedDecisions = Times.SpanFromMs(awaited) };
        }

        var expires = task.Lease.ExpiresAt.ToUnixTimeMilliseconds();
        context.Db[TakeOver].Bind("@id", row.Id.Value)
            .Bind("@token", task.Lease.Token)
            .Bind("@workerId", context.Workers.IdOf(worker, context.NowMs))
            .Bind("@worker", worker)
            .Bind("@expires", expires)
            .Run();
        if (row.Waiting)
        {
            context.Lanes.ById(row.LaneId).Group.Move(CountedAs.Waiting, CountedAs.Running);
        }

        context.Budgets.Reservations.TakeOver(row.Id, row.Token, task.Lease.Token);
        context.Deadlines.AddExpiry(row.Id, expires);
        return task;
    }
}

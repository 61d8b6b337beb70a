using DurableQueue.Lifecycle;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Takes back leases whose time is over; those of adopted attempts are taken over instead.</summary>
internal static class ReapExpired
{
    /// <summary>The most leases in one transaction.</summary>
    public const int Most = 500;

    private const string SelectExpired =
        $"""
        SELECT id FROM task INDEXED BY task_lease
        WHERE state = {TaskStateCode.CheckedOut} AND adopted = 0 AND lease_expires_at_ms <= @now ORDER BY lease_expires_at_ms LIMIT @limit
        """;

    /// <returns>How many leases were taken back.</returns>
    public static int Run(WriteContext context)
    {
        if (context.Deadlines.NextExpiryMs > context.NowMs || !context.Clock.MayReap)
        {
            return 0;
        }

        var expired = new List<long>();
        var select = context.Db[SelectExpired].Bind("@now", context.NowMs).Bind("@limit", Most);
        while (select.Step())
        {
            expired.Add(select.Long(0));
        }

        foreach (var id in expired)
        {
            Reap(context, TaskRow.Require(context.Db, new TaskId(id)));
        }

        context.Deadlines.ForgetExpiry();
        return expired.Count;
    }

    private static void Reap(WriteContext context, TaskRow row)
    {
        var error = $"The lease of worker '{row.Worker}' expired.";
        var end = Transitions.EndAttempt(TaskTrigger.Reap, row.CancelRequested, row.Attempt < row.MaxAttempts, TaskOutcome.Abandoned);
        context.Budgets.Reservations.Release(row.Id, context.Lanes.ById(row.LaneId), row.Token, AttemptCost.AtLeastEstimate);
        context.Attempts.AddFailed(row, row.CancelRequested ? TaskOutcome.Killed : TaskOutcome.Abandoned, error);
        context.Attempts.SetFailureResult(row, default);
        context.Tasks.CountEvent(row, TaskEventKind.Reaped);
        if (end.State == TaskState.Queued)
        {
            context.Tasks.Requeue(row, row.Attempt, notBeforeMs: null, error);
            context.Tasks.CountEvent(row, TaskEventKind.Retried);
        }
        else
        {
            context.Tasks.Finish(row, end.State, end.Outcome, row.CancelRequested ? null : error);
        }
    }
}

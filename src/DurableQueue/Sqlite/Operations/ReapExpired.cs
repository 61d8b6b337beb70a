using DurableQueue.Lifecycle;
using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Takes back leases whose time is over; those of adopted attempts are taken over instead.</summary>
internal static class ReapExpired
{
    /// <summary>The most blocks of tasks in one transaction. A block may have but one lease that has expired.</summary>
    private const int MostBlocks = 512;

    /// <summary>How many leases end a transaction's share; the block that reaches it is done whole.</summary>
    private const int EnoughLeases = 500;

    private const string SelectExpired =
        $"""
        SELECT t.id FROM task t
        WHERE {TaskBlockSql.ContainsInParameter} AND t.state = {TaskStateCode.CheckedOut} AND t.adopted = 0 AND t.lease_expires_at_ms <= @now
        """;

    public static SweepResult Run(WriteContext context)
    {
        if (context.Deadlines.NextExpiryMs > context.NowMs || !context.Clock.MayReap)
        {
            return default;
        }

        var blocks = context.Blocks.ReadExpired(context.NowMs, MostBlocks);
        var (reaped, done) = (0, 0);
        while (done < blocks.Count && reaped < EnoughLeases)
        {
            var block = blocks[done++];
            foreach (var id in FindExpired(context, block))
            {
                Reap(context, TaskRow.Require(context.Db, new TaskId(id)));
                reaped++;
            }

            context.Blocks.Reaped(block);
        }

        context.Deadlines.ForgetExpiry();
        return new SweepResult(reaped, MayBeMore: done < blocks.Count || done == MostBlocks);
    }

    private static List<long> FindExpired(WriteContext context, long block)
    {
        var expired = new List<long>();
        var select = context.Db[SelectExpired].Bind("@block", block).Bind("@now", context.NowMs);
        while (select.Step())
        {
            expired.Add(select.Long(0));
        }

        return expired;
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

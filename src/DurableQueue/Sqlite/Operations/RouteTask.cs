using DurableQueue.Approvals;
using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Gives a task that had no type the one that was chosen, and queues it: one transaction, so that a crash asks the router again or not at all.</summary>
internal sealed class RouteTask(Lease lease, RouteDecision choice, bool isFallback) : WriteOperation<bool>
{
    private const string SetLane = "UPDATE task SET lane_id = @lane WHERE id = @id";

    private const string InsertRoute =
        """
        INSERT INTO task_route (id, type, reason, fallback, worker, routed_at_ms) VALUES (@id, @type, @reason, @fallback, @worker, @now)
        ON CONFLICT (id) DO UPDATE SET type = excluded.type, reason = excluded.reason, fallback = excluded.fallback, worker = excluded.worker,
          routed_at_ms = excluded.routed_at_ms
        """;

    protected override bool Execute(WriteContext context)
    {
        if (TaskRow.FindLeased(context.Db, lease) is not { } row)
        {
            return false;
        }

        var lane = context.Lanes.ById(row.LaneId);
        if (lane.Type != NewTask.AutoType)
        {
            throw new TaskStateException(row.Id, row.State, $"Task {row.Id} is {row.State} and has the type '{lane.Type}'; only a task of type '{NewTask.AutoType}' can be routed.");
        }

        var end = Transitions.EndAttempt(TaskTrigger.Route, row.CancelRequested, attemptsLeft: true, TaskOutcome.None);
        context.Budgets.Reservations.Release(row.Id, context.Lanes.ById(row.LaneId), row.Token, AttemptCost.OnlyReported);
        if (end.State != TaskState.Queued)
        {
            context.Tasks.Finish(row, end.State, end.Outcome, error: null);
            return true;
        }

        // Still urgent if it was: what run now promised is about the run, not about the choice of a type.
        var target = context.Lanes.Ensure(lane.Group, choice.Type, lane.Urgent);
        context.Db[SetLane].Bind("@id", row.Id.Value).Bind("@lane", target.Id).Run();
        context.Db[InsertRoute].Bind("@id", row.Id.Value)
            .Bind("@type", choice.Type)
            .Bind("@reason", choice.Reason)
            .Bind("@fallback", isFallback)
            .Bind("@worker", row.Worker ?? "")
            .Bind("@now", context.NowMs)
            .Run();
        var approval = context.Approvals.Recheck(row, target);
        var held = approval == ApprovalState.Pending ? TaskHolds.Approval : TaskHolds.None;
        context.Tasks.Requeue(TaskRow.Require(context.Db, row.Id), row.Attempt - 1, notBeforeMs: null, error: null, held);
        return true;
    }
}

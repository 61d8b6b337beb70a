using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Gives a task back without charging the attempt.</summary>
internal sealed class ReleaseTask(Lease lease, long delayMs) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        if (TaskRow.FindLeased(context.Db, lease) is not { } row)
        {
            return false;
        }

        var end = Transitions.EndAttempt(TaskTrigger.Release, row.CancelRequested, attemptsLeft: true, TaskOutcome.None);
        context.Budgets.Reservations.Release(row.Id, context.Lanes.ById(row.LaneId), row.Token, AttemptCost.OnlyReported);
        if (end.State == TaskState.Queued)
        {
            context.Tasks.Requeue(row, row.Attempt - 1, context.NowMs + delayMs, error: null);
        }
        else
        {
            context.Tasks.Finish(row, end.State, end.Outcome, error: null);
        }

        return true;
    }
}

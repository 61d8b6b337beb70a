using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Gives a task back without charging the attempt.</summary>
internal sealed class ReleaseTask(Lease lease, long delayMs) : WriteOperation<bool>
{
    protected override bool Execute(WriteSession session)
    {
        if (TaskRow.FindLeased(session.Db, lease) is not { } row)
        {
            return false;
        }

        var end = Transitions.EndAttempt(TaskTrigger.Release, row.CancelRequested, attemptsLeft: true, TaskOutcome.None);
        session.Tasks.SettleCost(row, AttemptCost.OnlyReported);
        if (end.State == TaskState.Queued)
        {
            session.Tasks.Requeue(row, row.Attempt - 1, session.NowMs + delayMs, error: null);
        }
        else
        {
            session.Tasks.Finish(row, end.State, end.Outcome, error: null);
        }

        return true;
    }
}

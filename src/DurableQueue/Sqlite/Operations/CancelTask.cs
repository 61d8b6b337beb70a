using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Cancels a task, alone or with all that depend on it.</summary>
internal sealed class CancelTask(TaskId id, string? reason, bool withTree) : WriteOperation<CancelResult>
{
    protected override CancelResult Execute(WriteSession session)
    {
        var row = TaskRow.Require(session.Db, id);
        Transitions.Require(id, row.State, TaskTrigger.Cancel);
        switch (row.State)
        {
            case TaskState.Queued:
                var settling = withTree ? SettlingKind.CancelTree : SettlingKind.Dependents;
                session.Tasks.Finish(row, TaskState.Cancelled, TaskOutcome.Cancelled, reason, settling, reason);
                return CancelResult.Cancelled;
            case TaskState.CheckedOut:
                session.Tasks.RequestCancel(row, reason);
                CancelDependents(session);
                return CancelResult.Requested;
            default:
                CancelDependents(session);
                return CancelResult.AlreadyFinished;
        }
    }

    private void CancelDependents(WriteSession session)
    {
        if (withTree)
        {
            session.Settling.Add(SettlingKind.CancelTree, id.Value, reason);
        }
    }
}

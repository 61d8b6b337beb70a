using DurableQueue.Dependencies;
using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Cancels a task, alone or with all that depend on it.</summary>
internal sealed class CancelTask(TaskId id, string? reason, bool withTree) : WriteOperation<CancelResult>
{
    protected override CancelResult Execute(WriteContext context)
    {
        var row = TaskRow.Require(context.Db, id);
        Transitions.Require(id, row.State, TaskTrigger.Cancel);
        switch (row.State)
        {
            case TaskState.Queued:
                var followUp = withTree ? CascadeKind.CancelTree : CascadeKind.Dependents;
                context.Tasks.Finish(row, TaskState.Cancelled, TaskOutcome.Cancelled, reason, followUp, reason);
                return CancelResult.Cancelled;
            case TaskState.CheckedOut:
                context.Tasks.RequestCancel(row, reason);
                CancelDependents(context);
                return CancelResult.Requested;
            default:
                CancelDependents(context);
                return CancelResult.AlreadyFinished;
        }
    }

    protected override bool IsRecorded(CancelResult answer) => withTree || answer != CancelResult.AlreadyFinished;

    private void CancelDependents(WriteContext context)
    {
        if (withTree)
        {
            context.Cascade.Add(CascadeKind.CancelTree, id.Value, reason);
        }
    }
}

using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Puts a queued task aside, or takes it back.</summary>
internal sealed class StashTask(TaskId id, bool stash) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        var row = TaskRow.Require(context.Db, id);
        Transitions.Require(id, row.State, stash ? TaskTrigger.Stash : TaskTrigger.Unstash);
        var holds = row.Holds.With(TaskHolds.Stashed, stash);
        if (holds != row.Holds)
        {
            context.Tasks.SetHolds(row, holds, context.Lanes.ById(row.LaneId), row.NotBeforeMs);
        }

        return true;
    }
}

using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Puts a queued task aside, or takes it back.</summary>
internal sealed class StashTask(TaskId id, bool stash) : WriteOperation<bool>
{
    protected override bool Execute(WriteSession session)
    {
        var row = TaskRow.Require(session.Db, id);
        Transitions.Require(id, row.State, stash ? TaskTrigger.Stash : TaskTrigger.Unstash);
        var holds = stash ? row.Holds | TaskHolds.Stashed : row.Holds & ~TaskHolds.Stashed;
        if (holds != row.Holds)
        {
            session.Tasks.SetHolds(row, holds, session.Lanes.ById(row.LaneId), row.NotBeforeMs);
        }

        return true;
    }
}

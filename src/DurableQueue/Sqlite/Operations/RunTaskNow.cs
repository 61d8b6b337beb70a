using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Makes a queued task urgent.</summary>
internal sealed class RunTaskNow(TaskId id) : WriteOperation<bool>
{
    private const TaskHolds Lifted = TaskHolds.NotBefore | TaskHolds.Stashed;

    protected override bool Execute(WriteSession session)
    {
        var row = TaskRow.Require(session.Db, id);
        Transitions.Require(id, row.State, TaskTrigger.RunNow);
        if ((row.Holds & ~Lifted) != TaskHolds.None)
        {
            throw new TaskStateException(id, row.State, $"Task {id} cannot run now: it is held for {row.Holds & ~Lifted}.");
        }

        var lane = session.Lanes.ById(row.LaneId);
        session.Tasks.SetHolds(row, TaskHolds.None, session.Lanes.Ensure(lane.Group, lane.Type, urgent: true), notBeforeMs: null);
        return true;
    }
}

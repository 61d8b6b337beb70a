using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Two queued tasks of one group change places.</summary>
internal sealed class SwapTasks(TaskId first, TaskId second) : WriteOperation<bool>
{
    protected override bool Execute(WriteSession session)
    {
        var one = TaskRow.Require(session.Db, first);
        var other = TaskRow.Require(session.Db, second);
        Transitions.Require(first, one.State, TaskTrigger.Swap);
        Transitions.Require(second, other.State, TaskTrigger.Swap);
        var (lane, otherLane) = (session.Lanes.ById(one.LaneId), session.Lanes.ById(other.LaneId));
        if (lane.Group != otherLane.Group)
        {
            throw new ArgumentException($"Task {first} is in the group '{lane.Group.Name}' and task {second} in '{otherLane.Group.Name}'.", nameof(second));
        }

        session.Tasks.SetPlace(one, other.Rank, other.Position);
        session.Tasks.SetPlace(other, one.Rank, one.Position);
        return true;
    }
}

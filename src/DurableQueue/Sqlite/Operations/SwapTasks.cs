using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Two queued tasks of one group change places.</summary>
internal sealed class SwapTasks(TaskId first, TaskId second) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        var one = TaskRow.Require(context.Db, first);
        var other = TaskRow.Require(context.Db, second);
        Transitions.Require(first, one.State, TaskTrigger.Swap);
        Transitions.Require(second, other.State, TaskTrigger.Swap);
        var (lane, otherLane) = (context.Lanes.ById(one.LaneId), context.Lanes.ById(other.LaneId));
        if (lane.Group != otherLane.Group)
        {
            throw new ArgumentException($"Task {first} is in the group '{lane.Group.Name}' and task {second} in '{otherLane.Group.Name}'.", nameof(second));
        }

        context.Tasks.SetPlace(one, other.Rank, other.Position);
        context.Tasks.SetPlace(other, one.Rank, one.Position);
        return true;
    }
}

using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Two queued tasks of one group change places.</summary>
internal sealed class SwapTasks(TaskId first, TaskId second) : WriteOperation<bool>
{
    private const string SetPlace = "UPDATE task SET rank = @rank, position = @position WHERE id = @id";

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

        session.Db[SetPlace].Bind("@id", first.Value).Bind("@rank", other.Rank).Bind("@position", other.Position).Run();
        session.Db[SetPlace].Bind("@id", second.Value).Bind("@rank", one.Rank).Bind("@position", one.Position).Run();
        session.Lanes.Invalidate(lane);
        session.Lanes.Invalidate(otherLane);
        return true;
    }
}

using DurableQueue.Groups;
using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Makes a queued task urgent, or forces it past its budgets.</summary>
internal sealed class RunTaskNow(TaskId id, bool overBudget = false) : WriteOperation<bool>
{
    private readonly TaskHolds lifted = TaskHolds.NotBefore | TaskHolds.Stashed | (overBudget ? TaskHolds.Budget : TaskHolds.None);

    protected override bool Execute(WriteContext context)
    {
        var row = TaskRow.Require(context.Db, id);
        Transitions.Require(id, row.State, TaskTrigger.RunNow);
        if ((row.Holds & ~lifted) != TaskHolds.None)
        {
            throw new TaskStateException(id, row.State, $"Task {id} is {row.State} and can't run now: the hold {row.Holds & ~lifted} isn't lifted by run now.");
        }

        var lane = context.Lanes.ById(row.LaneId);
        context.Tasks.SetHolds(row, TaskHolds.None, context.Lanes.Ensure(lane.Group, lane.Type, overBudget ? Urgency.Forced : Urgency.Urgent), notBeforeMs: null);
        return true;
    }
}

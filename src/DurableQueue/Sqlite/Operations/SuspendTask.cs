using DurableQueue.Groups;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Gives the slot of a running task back while it waits for something else.</summary>
internal sealed class SuspendTask(Lease lease) : WriteOperation<bool>
{
    private const string Suspend = "UPDATE task SET waiting = 1 WHERE id = @id";

    protected override bool Execute(WriteContext context)
    {
        if (TaskRow.FindLeased(context.Db, lease) is not { } row)
        {
            return false;
        }

        if (row.CancelRequested)
        {
            context.Budgets.Reservations.Release(row.Id, context.Lanes.ById(row.LaneId), row.Token, AttemptCost.AsReported);
            context.Tasks.Finish(row, TaskState.Cancelled, TaskOutcome.Killed, error: null);
            return false;
        }

        if (!row.Waiting)
        {
            context.Db[Suspend].Bind("@id", row.Id.Value).Run();
            context.Lanes.ById(row.LaneId).Group.Move(CountedAs.Running, CountedAs.Waiting);
        }

        return true;
    }
}

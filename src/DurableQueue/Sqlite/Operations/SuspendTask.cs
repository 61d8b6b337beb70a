using DurableQueue.Groups;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Gives the slot of a running task back while it waits for something else.</summary>
internal sealed class SuspendTask(Lease lease) : WriteOperation<bool>
{
    private const string Suspend = "UPDATE task SET waiting = 1 WHERE id = @id";

    private const string SelectAdopted = "SELECT adopted FROM task WHERE id = @id";

    protected override bool Execute(WriteContext context)
    {
        if (TaskRow.FindLeased(context.Db, lease) is not { } row)
        {
            return false;
        }

        if (row.CancelRequested)
        {
            if (IsAdopted(context, row.Id))
            {
                return false;
            }

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

    /// <summary>The work of an adopted attempt runs outside of its worker: the attempt ends when that has been stopped.</summary>
    private static bool IsAdopted(WriteContext context, TaskId id)
    {
        var select = context.Db[SelectAdopted].Bind("@id", id.Value);
        select.Step();
        var adopted = select.Bool(0);
        select.Reset();
        return adopted;
    }
}

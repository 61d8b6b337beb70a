using DurableQueue.Groups;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Takes the slot again after <see cref="SuspendTask"/>, above the limit if it must be.</summary>
internal sealed class ResumeTask(Lease lease) : WriteOperation<bool>
{
    private const string Resume = "UPDATE task SET waiting = 0 WHERE id = @id";

    protected override bool Execute(WriteContext context)
    {
        if (TaskRow.FindLeased(context.Db, lease) is not { } row)
        {
            return false;
        }

        if (row.Waiting)
        {
            context.Db[Resume].Bind("@id", row.Id.Value).Run();
            context.Lanes.ById(row.LaneId).Group.Move(CountedAs.Waiting, CountedAs.Running);
        }

        return true;
    }
}

namespace DurableQueue.Sqlite.Operations;

/// <summary>Takes the slot again after <see cref="SuspendTask"/>, above the limit if it must be.</summary>
internal sealed class ResumeTask(Lease lease) : WriteOperation<bool>
{
    private const string Resume = "UPDATE task SET waiting = 0 WHERE id = @id";

    protected override bool Execute(WriteSession session)
    {
        if (TaskRow.FindLeased(session.Db, lease) is not { } row)
        {
            return false;
        }

        if (row.Waiting)
        {
            session.Db[Resume].Bind("@id", row.Id.Value).Run();
            var group = session.Lanes.ById(row.LaneId).Group;
            group.Count(TaskState.CheckedOut, waiting: true, -1);
            group.Count(TaskState.CheckedOut, waiting: false, +1);
        }

        return true;
    }
}

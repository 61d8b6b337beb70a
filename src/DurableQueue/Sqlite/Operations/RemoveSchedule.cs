namespace DurableQueue.Sqlite.Operations;

/// <summary>Removes a schedule. The mark that its tasks keep names a run that is gone, and is never that of another one.</summary>
internal sealed class RemoveSchedule(string name) : WriteOperation<bool>
{
    private const string DeleteRuns = "DELETE FROM schedule_run WHERE schedule_id = @id";

    private const string Delete = "DELETE FROM schedule WHERE id = @id";

    protected override bool Execute(WriteContext context)
    {
        var row = ScheduleRow.Require(context.Db, name);
        context.Db[DeleteRuns].Bind("@id", row.Id).Run();
        context.Db[Delete].Bind("@id", row.Id).Run();
        return true;
    }
}

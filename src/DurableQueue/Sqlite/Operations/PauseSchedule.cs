namespace DurableQueue.Sqlite.Operations;

/// <summary>Stops a schedule.</summary>
internal sealed class PauseSchedule(string name, string reason) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        context.Schedules.Pause(ScheduleRow.Require(context.Db, name).Id, reason, byHand: true);
        return true;
    }
}

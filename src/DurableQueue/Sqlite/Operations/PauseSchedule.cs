namespace DurableQueue.Sqlite.Operations;

/// <summary>Stops a schedule.</summary>
internal sealed class PauseSchedule(string name, string reason) : WriteOperation<bool>
{
    protected override bool Execute(WriteSession session)
    {
        session.Schedules.Pause(ScheduleRow.Require(session.Db, name).Id, reason, byHand: true);
        return true;
    }
}

namespace DurableQueue.Sqlite.Operations;

/// <summary>Enqueues a run of a schedule by hand.</summary>
internal sealed class RunScheduleNow(string name) : WriteOperation<TaskId>
{
    protected override TaskId Execute(WriteSession session)
    {
        var row = ScheduleRow.Require(session.Db, name);
        return FireSchedules.Enqueue(session, row, FireSchedules.TaskOf(session, row.ToSchedule(), session.NowMs), session.NowMs, manual: true);
    }
}

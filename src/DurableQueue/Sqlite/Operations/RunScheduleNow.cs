namespace DurableQueue.Sqlite.Operations;

/// <summary>Enqueues a run of a schedule by hand.</summary>
internal sealed class RunScheduleNow(string name) : WriteOperation<TaskId>
{
    protected override TaskId Execute(WriteContext context)
    {
        var row = ScheduleRow.Require(context.Db, name);
        return FireSchedules.Enqueue(context, row, FireSchedules.TaskOf(context, row.ToSchedule(), context.NowMs), context.NowMs, manual: true);
    }
}

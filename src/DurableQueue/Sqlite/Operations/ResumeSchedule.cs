namespace DurableQueue.Sqlite.Operations;

/// <summary>Ends a pause: the schedule continues with the first occurrence after now.</summary>
internal sealed class ResumeSchedule(string name) : WriteOperation<bool>
{
    private const string Resume = "UPDATE schedule SET paused = 0, pause_reason = NULL, paused_at_ms = NULL, failures = 0 WHERE id = @id";

    protected override bool Execute(WriteContext context)
    {
        var row = ScheduleRow.Require(context.Db, name);
        if (row.Paused)
        {
            var times = row.TimesOf(row.ToSchedule());
            context.Db[Resume].Bind("@id", row.Id).Run();
            context.Schedules.SetNext(row.Id, times, context.NowMs);
        }

        return true;
    }
}

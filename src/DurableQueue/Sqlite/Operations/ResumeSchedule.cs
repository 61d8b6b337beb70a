namespace DurableQueue.Sqlite.Operations;

/// <summary>Ends a pause: the schedule goes on with the first occurrence after now.</summary>
internal sealed class ResumeSchedule(string name) : WriteOperation<bool>
{
    private const string Resume = "UPDATE schedule SET paused = 0, pause_reason = NULL, paused_at_ms = NULL, failures = 0 WHERE id = @id";

    protected override bool Execute(WriteSession session)
    {
        var row = ScheduleRow.Require(session.Db, name);
        if (row.Paused)
        {
            var times = row.TimesOf(row.ToSchedule());
            session.Db[Resume].Bind("@id", row.Id).Run();
            session.Schedules.SetNext(row.Id, times, session.NowMs);
        }

        return true;
    }
}

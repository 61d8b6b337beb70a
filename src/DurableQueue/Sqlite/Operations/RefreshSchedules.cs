namespace DurableQueue.Sqlite.Operations;

/// <summary>Works out again when schedules fire next, after the rules of their time zones have changed.</summary>
internal sealed class RefreshSchedules(IReadOnlyList<long> ids) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        foreach (var id in ids)
        {
            // It may have been paused, edited or removed since it was read.
            if (ScheduleRow.Find(context.Db, id) is { Paused: false } row && row.TryReadTimes() is { } times)
            {
                context.Schedules.Refresh(row, times);
            }
        }

        return true;
    }
}

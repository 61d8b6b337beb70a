namespace DurableQueue.Schedules;

/// <summary>Decides which of the due occurrences fire. All times are milliseconds since the Unix epoch.</summary>
/// <param name="Fire">The occurrences that fire, oldest first.</param>
/// <param name="Missed">The first occurrence that is skipped; <see langword="null"/> if none is.</param>
/// <param name="MissedUntil">All skipped occurrences are before this time.</param>
/// <param name="Latest">The latest due occurrence.</param>
internal sealed record DueOccurrences(IReadOnlyList<long> Fire, long? Missed, long MissedUntil, long Latest)
{
    /// <param name="schedule">The schedule, with its policy.</param>
    /// <param name="times">The times of the schedule.</param>
    /// <param name="firstMs">The first occurrence that was not handled yet; it is due.</param>
    /// <param name="nowMs">The current time.</param>
    public static DueOccurrences Find(NewSchedule schedule, ScheduleTimes times, long firstMs, long nowMs)
    {
        var latest = times.LatestDue(firstMs, nowMs);
        IReadOnlyList<long> fire = schedule.Missed switch
        {
            MissedRunPolicy.FireAll => times.LastOf(firstMs, latest, schedule.MissedRunLimit),
            MissedRunPolicy.Skip when nowMs - times.FireAt(latest) > schedule.MissedAfter.TotalMilliseconds => [],
            _ => [latest],
        };
        var missedUntil = fire.Count > 0 ? fire[0] : latest + 1;
        return new DueOccurrences(fire, firstMs < missedUntil ? firstMs : null, missedUntil, latest);
    }
}

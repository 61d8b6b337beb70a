namespace DurableQueue.Schedules;

/// <summary>Which of the occurrences that are due are fired. All times are milliseconds since the Unix epoch.</summary>
/// <param name="Fire">Those that are, oldest first.</param>
/// <param name="Missed">The first of those that are left out; all of them come before <paramref name="MissedUntil"/>.</param>
/// <param name="MissedUntil">Not an occurrence that is left out.</param>
/// <param name="Latest">The latest that is due.</param>
internal sealed record DueOccurrences(IReadOnlyList<long> Fire, long? Missed, long MissedUntil, long Latest)
{
    /// <param name="schedule">The policy.</param>
    /// <param name="times">Its times.</param>
    /// <param name="firstMs">The first occurrence that was not dealt with; it is due.</param>
    /// <param name="nowMs">Now.</param>
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

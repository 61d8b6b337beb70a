namespace DurableQueue.Schedules;

/// <summary>Decides which of the due occurrences fire. All times are milliseconds since the Unix epoch.</summary>
/// <param name="Fire">The occurrences that fire, oldest first.</param>
/// <param name="Missed">The first occurrence that is skipped; <see langword="null"/> if none is.</param>
/// <param name="MissedUntil">All skipped occurrences are before this time.</param>
/// <param name="Latest">The latest due occurrence.</param>
internal sealed record DueOccurrences(IReadOnlyList<long> Fire, long? Missed, long MissedUntil, long Latest)
{
    /// <summary>What is due of a schedule whose stored time has come.</summary>
    /// <param name="schedule">The schedule, with its policy.</param>
    /// <param name="times">The times of the schedule.</param>
    /// <param name="stored">The next occurrence as it was stored.</param>
    /// <param name="nowMs">The current time.</param>
    /// <returns>
    /// <see langword="null"/> if nothing is, by the rules of the time zone that this machine has now: the stored occurrence then has to be worked out again.
    /// By other rules it may be off by an hour, or have been fired before.
    /// </returns>
    /// <exception cref="ArgumentException">What is stored cannot be an occurrence that is due.</exception>
    public static DueOccurrences? Of(NewSchedule schedule, ScheduleTimes times, StoredNext stored, long nowMs)
    {
        if (stored.OccurrenceMs is not { } first || first < 0 || first > nowMs)
        {
            throw new ArgumentException("the file does not say which occurrence is due.");
        }

        var next = times.NextOf(stored);
        return next == first || (next is { } moved && times.FireAt(moved) <= nowMs) ? Find(schedule, times, next.Value, nowMs) : null;
    }

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

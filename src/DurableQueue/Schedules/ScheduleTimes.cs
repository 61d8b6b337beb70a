namespace DurableQueue.Schedules;

/// <summary>Computes the occurrences of a schedule, and when they fire. All times are milliseconds since the Unix epoch.</summary>
internal sealed class ScheduleTimes
{
    /// <summary>One day before the end of the calendar, so that local times stay within it.</summary>
    private static readonly long LastMs = new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private readonly Cadence cadence;
    private readonly string name;
    private readonly long? startsAtMs;
    private readonly long endsAtMs;
    private readonly long jitterMs;

    private ScheduleTimes(Cadence cadence, NewSchedule schedule)
    {
        this.cadence = cadence;
        name = schedule.Name;
        startsAtMs = schedule.StartsAt?.ToUnixTimeMilliseconds();
        endsAtMs = Math.Min(schedule.EndsAt?.ToUnixTimeMilliseconds() ?? LastMs, LastMs);
        jitterMs = (long)schedule.Jitter.TotalMilliseconds;
    }

    /// <param name="schedule">The schedule.</param>
    /// <param name="anchorMs">The time from which <c>@every</c> counts if the schedule has no start.</param>
    /// <exception cref="ArgumentException">The expression is not valid, or the time zone is unknown.</exception>
    public static ScheduleTimes Of(NewSchedule schedule, long anchorMs) => Of(schedule, anchorMs, ZoneClock.Find(schedule.TimeZone));

    /// <summary>Uses other time zone rules than those of this machine.</summary>
    public static ScheduleTimes Of(NewSchedule schedule, long anchorMs, ZoneClock zone)
    {
        Cadence cadence = EveryCadence.IsEvery(schedule.Expression)
            ? new EveryCadence(EveryCadence.Parse(schedule.Expression), schedule.StartsAt?.ToUnixTimeMilliseconds() ?? Math.Clamp(anchorMs, -LastMs, LastMs))
            : new CronCadence(CronExpression.Parse(schedule.Expression), zone);
        return new ScheduleTimes(cadence, schedule);
    }

    /// <summary>The first occurrence after a time; <see langword="null"/> if there is none.</summary>
    public long? Next(long afterMs)
    {
        var after = Math.Max(afterMs, startsAtMs - 1 ?? long.MinValue);
        return after < endsAtMs && cadence.Next(after) is { } next && next <= endsAtMs ? next : null;
    }

    /// <summary>The offset of the time zone from UTC at a time, by the current rules.</summary>
    public long OffsetMs(long ms) => cadence.OffsetMs(ms);

    /// <summary>The next occurrence of a stored schedule by the current time zone rules, which may differ from those at the time it was stored.</summary>
    public long? NextOf(StoredNext stored) => Rebase(stored) is { } after ? Next(after) : stored.OccurrenceMs;

    /// <summary>The time that the next occurrence comes after, by the current rules; <see langword="null"/> if it was not stored.</summary>
    public long? Rebase(StoredNext stored) => stored.AfterMs is { } after ? cadence.Rebase(after, stored.AfterOffsetMs) : null;

    /// <summary>Whether the expression names no time after the given one, regardless of the schedule's end.</summary>
    public bool IsEmptyAfter(long afterMs) => cadence.Next(Math.Max(afterMs, startsAtMs - 1 ?? long.MinValue)) is null;

    /// <summary>When an occurrence fires, which is always before the next occurrence.</summary>
    public long FireAt(long occurrenceMs)
    {
        if (jitterMs == 0)
        {
            return occurrenceMs;
        }

        var gap = cadence.Next(occurrenceMs) is { } next ? next - occurrenceMs : long.MaxValue;
        return occurrenceMs + (long)(Spread.Fraction(name, occurrenceMs) * Math.Min(jitterMs, gap));
    }

    /// <summary>The latest occurrence that should have fired by now.</summary>
    /// <param name="knownMs">An occurrence that should have fired by now.</param>
    /// <param name="nowMs">The current time.</param>
    public long LatestDue(long knownMs, long nowMs)
    {
        var latest = Latest(knownMs, nowMs);
        return FireAt(latest) <= nowMs ? latest : Latest(knownMs, latest - 1);
    }

    /// <summary>The last occurrences of a range.</summary>
    /// <param name="firstMs">The first occurrence of the range.</param>
    /// <param name="lastMs">The last occurrence of the range.</param>
    /// <param name="most">The maximum number of occurrences.</param>
    public IReadOnlyList<long> LastOf(long firstMs, long lastMs, int most)
    {
        // The search only runs forwards, so it starts far enough back to find enough.
        for (var back = most * 1_000L; ; back *= 2)
        {
            var from = Math.Max(lastMs - back, firstMs - 1);
            var found = new Queue<long>();
            for (var next = Next(from); next <= lastMs; next = Next(next.Value))
            {
                found.Enqueue(next.Value);
                if (found.Count > most)
                {
                    found.Dequeue();
                }
            }

            if (found.Count == most || from < firstMs)
            {
                return [.. found];
            }
        }
    }

    public ScheduleOccurrence Show(long occurrenceMs) => new(cadence.Show(occurrenceMs), cadence.Show(FireAt(occurrenceMs)));

    /// <summary>The first occurrences after a time.</summary>
    public IReadOnlyList<ScheduleOccurrence> List(long afterMs, int count)
    {
        var list = new List<ScheduleOccurrence>();
        for (var next = Next(afterMs); next is { } occurrence && list.Count < count; next = Next(occurrence))
        {
            list.Add(Show(occurrence));
        }

        return list;
    }

    /// <summary>The latest occurrence up to a time, by bisection, because a schedule that fires every second may have missed a year.</summary>
    private long Latest(long knownMs, long throughMs)
    {
        var (latest, none) = (knownMs, throughMs + 1);
        while (none - latest > 1)
        {
            var middle = latest + ((none - latest) / 2);
            if (Next(middle - 1) is { } next && next <= throughMs)
            {
                latest = next;
            }
            else
            {
                none = middle;
            }
        }

        return latest;
    }
}

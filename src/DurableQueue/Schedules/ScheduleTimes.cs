namespace DurableQueue.Schedules;

/// <summary>The occurrences of a schedule and when they fire. All times are milliseconds since the Unix epoch.</summary>
internal sealed class ScheduleTimes
{
    /// <summary>Local times a day later must still be in the calendar.</summary>
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

    /// <param name="schedule">Expression, zone, start, end and jitter.</param>
    /// <param name="anchorMs">What <c>@every</c> counts from if there is no start.</param>
    /// <exception cref="ArgumentException">The expression cannot be read, or the zone is not known.</exception>
    public static ScheduleTimes Of(NewSchedule schedule, long anchorMs) => Of(schedule, anchorMs, ZoneClock.Find(schedule.TimeZone));

    /// <summary>With other rules than those that this machine has for the zone.</summary>
    public static ScheduleTimes Of(NewSchedule schedule, long anchorMs, ZoneClock zone)
    {
        Cadence cadence = EveryCadence.IsEvery(schedule.Expression)
            ? new EveryCadence(EveryCadence.Parse(schedule.Expression), schedule.StartsAt?.ToUnixTimeMilliseconds() ?? Math.Clamp(anchorMs, -LastMs, LastMs))
            : new CronCadence(CronExpression.Parse(schedule.Expression), zone);
        return new ScheduleTimes(cadence, schedule);
    }

    /// <summary>The first occurrence strictly after a moment; <see langword="null"/> if there is none.</summary>
    public long? Next(long afterMs)
    {
        var after = Math.Max(afterMs, startsAtMs - 1 ?? long.MinValue);
        return after < endsAtMs && cadence.Next(after) is { } next && next <= endsAtMs ? next : null;
    }

    /// <summary>By how much the clocks of the zone are ahead of UTC at a moment, by the rules of now.</summary>
    public long OffsetMs(long ms) => cadence.OffsetMs(ms);

    /// <summary>The next occurrence of a stored schedule by the rules of now, which may differ from those by which it was stored.</summary>
    public long? NextOf(StoredNext stored) => Rebase(stored) is { } after ? Next(after) : stored.OccurrenceMs;

    /// <summary>What the next occurrence comes after by the rules of now; <see langword="null"/> if that was not stored.</summary>
    public long? Rebase(StoredNext stored) => stored.AfterMs is { } after ? cadence.Rebase(after, stored.AfterOffsetMs) : null;

    /// <summary>The expression names no time after a moment, whatever the end says.</summary>
    public bool IsEmptyAfter(long afterMs) => cadence.Next(Math.Max(afterMs, startsAtMs - 1 ?? long.MinValue)) is null;

    /// <summary>When an occurrence fires: always before the next one.</summary>
    public long FireAt(long occurrenceMs)
    {
        if (jitterMs == 0)
        {
            return occurrenceMs;
        }

        var gap = cadence.Next(occurrenceMs) is { } next ? next - occurrenceMs : long.MaxValue;
        return occurrenceMs + (long)(Spread.Fraction(name, occurrenceMs) * Math.Min(jitterMs, gap));
    }

    /// <summary>The latest occurrence that is to have fired by now.</summary>
    /// <param name="knownMs">An occurrence that is to have fired by now.</param>
    /// <param name="nowMs">Now.</param>
    public long LatestDue(long knownMs, long nowMs)
    {
        var latest = Latest(knownMs, nowMs);
        return FireAt(latest) <= nowMs ? latest : Latest(knownMs, latest - 1);
    }

    /// <summary>The last occurrences of a span.</summary>
    /// <param name="firstMs">The first occurrence of the span.</param>
    /// <param name="lastMs">The last one.</param>
    /// <param name="most">At most so many.</param>
    public IReadOnlyList<long> LastOf(long firstMs, long lastMs, int most)
    {
        // Backwards there is no search: forwards, from so far back that enough are found.
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

    /// <summary>The first occurrences after a moment.</summary>
    public IReadOnlyList<ScheduleOccurrence> List(long afterMs, int count)
    {
        var list = new List<ScheduleOccurrence>();
        for (var next = Next(afterMs); next is { } occurrence && list.Count < count; next = Next(occurrence))
        {
            list.Add(Show(occurrence));
        }

        return list;
    }

    /// <summary>The latest occurrence up to a moment: by halves, for a second's schedule may have missed a year.</summary>
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

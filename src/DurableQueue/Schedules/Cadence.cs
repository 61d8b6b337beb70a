namespace DurableQueue.Schedules;

/// <summary>The moments of a schedule, without start, end and jitter. All times are milliseconds since the Unix epoch.</summary>
internal abstract class Cadence
{
    /// <summary>The first moment strictly after another one; <see langword="null"/> if there is none.</summary>
    public abstract long? Next(long afterMs);

    /// <summary>By how much the clocks of the schedule's zone are ahead of UTC at a moment.</summary>
    public abstract long OffsetMs(long ms);

    /// <summary>A moment that was dealt with, after the rules of the zone have changed: what was dealt with then is not to come again.</summary>
    /// <param name="ms">The moment.</param>
    /// <param name="oldOffsetMs">What <see cref="OffsetMs"/> was for it.</param>
    public abstract long Rebase(long ms, long oldOffsetMs);

    /// <summary>The moment as people of the schedule's zone write it.</summary>
    public abstract DateTimeOffset Show(long ms);
}

namespace DurableQueue.Schedules;

/// <summary>The times named by a schedule's expression, regardless of start, end and jitter. All times are milliseconds since the Unix epoch.</summary>
internal abstract class Cadence
{
    /// <summary>The first time after the given one; <see langword="null"/> if there is none.</summary>
    public abstract long? Next(long afterMs);

    /// <summary>The offset of the schedule's time zone from UTC at a time.</summary>
    public abstract long OffsetMs(long ms);

    /// <summary>
    /// Converts a time that was handled under older rules of the time zone to the current rules, so that what was handled then doesn't occur again.
    /// </summary>
    /// <param name="ms">The time.</param>
    /// <param name="oldOffsetMs">The value of <see cref="OffsetMs"/> at that time under the older rules.</param>
    public abstract long Rebase(long ms, long oldOffsetMs);

    /// <summary>The time with the offset of the schedule's time zone.</summary>
    public abstract DateTimeOffset Show(long ms);
}

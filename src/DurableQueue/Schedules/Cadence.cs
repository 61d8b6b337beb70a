namespace DurableQueue.Schedules;

/// <summary>The moments of a schedule, without start, end and jitter. All times are milliseconds since the Unix epoch.</summary>
internal abstract class Cadence
{
    /// <summary>The first moment strictly after another one; <see langword="null"/> if there is none.</summary>
    public abstract long? Next(long afterMs);

    /// <summary>The moment as people of the schedule's zone write it.</summary>
    public abstract DateTimeOffset Show(long ms);
}

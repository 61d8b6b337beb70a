using DurableQueue.Storage;

namespace DurableQueue.PostgreSql;

/// <summary>The time that a call passes to the server, and whether leases may be reaped at that time.</summary>
/// <param name="given">The clock of the application; <see langword="null"/>: the server uses its own.</param>
/// <param name="readLongestLease">Asked only after the clock has jumped.</param>
internal sealed class StoreClock(TimeProvider? given, Func<TimeSpan> readLongestLease)
{
    private readonly Lock sync = new();
    private readonly ClockJumps? jumps = given is null ? null : new ClockJumps(given);

    /// <summary>Reads the clock.</summary>
    /// <returns><see langword="null"/> for that of the server.</returns>
    public long? ReadMs()
    {
        lock (sync)
        {
            return jumps?.Read(readLongestLease).ToUnixTimeMilliseconds();
        }
    }

    /// <summary>False for a while after the clock jumped.</summary>
    public bool MayReap
    {
        get
        {
            lock (sync)
            {
                return jumps?.ReapingWaits != true;
            }
        }
    }

    /// <summary>When something can next be done: not before the wait after a jump of the clock ends, for it may be a lease that has expired.</summary>
    public long? NextMs(long? deadlineMs)
    {
        lock (sync)
        {
            return deadlineMs is { } deadline && jumps?.ReapingWaits == true
                ? Math.Max(deadline, (given!.GetUtcNow() + jumps.Remaining).ToUnixTimeMilliseconds() + 1)
                : deadlineMs;
        }
    }
}

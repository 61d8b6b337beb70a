using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>The time of the operation that the writer executes, and whether leases may be reaped at that time.</summary>
internal sealed class WriteClock
{
    private readonly ClockJumps jumps;
    private readonly Func<TimeSpan> longestLease;

    public WriteClock(TaskBlocks blocks, TimeProvider time)
    {
        jumps = new ClockJumps(time);
        longestLease = () => Times.SpanFromMs(blocks.ReadLongestLease());
    }

    /// <summary>Never before the call of the operation, even if it joined a batch that began earlier.</summary>
    public long NowMs { get; private set; }

    /// <summary>False for a while after the clock jumped.</summary>
    public bool MayReap => !jumps.ReapingWaits;

    /// <summary>Reads the clock, before the first operation of a transaction and before each one.</summary>
    public void Read() => NowMs = jumps.Read(longestLease).ToUnixTimeMilliseconds();

    /// <summary>When a lease can next be reaped: one that has expired already can't be before the wait after a jump of the clock ends.</summary>
    /// <param name="expiresAtMs">The earliest expiry; <see cref="long.MaxValue"/> if there is none.</param>
    public long NextReapMs(long expiresAtMs) =>
        MayReap || expiresAtMs == long.MaxValue ? expiresAtMs : Math.Max(expiresAtMs, NowMs + (long)Math.Ceiling(jumps.Remaining.TotalMilliseconds));
}

namespace DurableQueue.Storage;

/// <summary>
/// Notices when the wall clock ran ahead of the monotonic clock: it was set, or the machine slept. Leases then look expired
/// though their workers live, so taking them back waits until those workers had time for one heartbeat.
/// </summary>
internal sealed class ClockJumps(TimeProvider time)
{
    private static readonly TimeSpan Threshold = TimeSpan.FromSeconds(10);

    private DateTimeOffset lastWall = time.GetUtcNow();
    private long lastTimestamp = time.GetTimestamp();
    private long graceStart;
    private TimeSpan grace;

    /// <summary>Whether expired leases may be taken back now.</summary>
    public bool ReapingWaits => Remaining > TimeSpan.Zero;

    /// <summary>How long expired leases may not be taken back yet; zero or less if they may.</summary>
    public TimeSpan Remaining => grace > TimeSpan.Zero ? grace - time.GetElapsedTime(graceStart) : TimeSpan.Zero;

    /// <summary>Compares the clocks since the last read.</summary>
    /// <param name="longestLease">Asked only after a jump: the longest lease now held.</param>
    /// <returns>What the wall clock says.</returns>
    public DateTimeOffset Read(Func<TimeSpan> longestLease)
    {
        var wall = time.GetUtcNow();
        var timestamp = time.GetTimestamp();
        var ahead = wall - lastWall - time.GetElapsedTime(lastTimestamp, timestamp);
        (lastWall, lastTimestamp) = (wall, timestamp);
        if (ahead >= Threshold)
        {
            graceStart = timestamp;
            grace = longestLease() / 3;
        }

        return wall;
    }
}

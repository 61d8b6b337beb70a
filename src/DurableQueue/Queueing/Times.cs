namespace DurableQueue.Queueing;

/// <summary>Times as they are stored: whole milliseconds since the Unix epoch.</summary>
internal static class Times
{
    public static DateTimeOffset FromMs(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    public static DateTimeOffset? FromMs(long? ms) => ms is { } value ? FromMs(value) : null;

    /// <summary>Rounded up, so that nothing starts before its time.</summary>
    public static long ToMs(DateTimeOffset time)
    {
        var ms = time.ToUnixTimeMilliseconds();
        return time.UtcTicks % TimeSpan.TicksPerMillisecond == 0 ? ms : ms + 1;
    }

    /// <summary>Rounded up.</summary>
    public static long ToMs(TimeSpan span) => (span.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
}

namespace DurableQueue.Queueing;

/// <summary>Times as they are stored: whole milliseconds since the Unix epoch.</summary>
internal static class Times
{
    private static readonly long Least = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long Most = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
    private static readonly long LongestSpan = (long)TimeSpan.MaxValue.TotalMilliseconds - 1;

    /// <summary>A damaged file may hold any number: beyond the calendar it is the calendar's end.</summary>
    public static DateTimeOffset FromMs(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(ms, Least, Most));

    /// <summary>As <see cref="FromMs(long)"/>, for durations.</summary>
    public static TimeSpan SpanFromMs(long ms) => TimeSpan.FromMilliseconds(Math.Clamp(ms, -LongestSpan, LongestSpan));

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

namespace DurableQueue.Queueing;

/// <summary>Converts times to and from the stored form: whole milliseconds since the Unix epoch.</summary>
internal static class Times
{
    private static readonly long Least = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long Most = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
    private static readonly long LongestSpan = (long)TimeSpan.MaxValue.TotalMilliseconds - 1;

    /// <summary>A damaged file may contain any number, so numbers beyond the calendar are clamped to its ends.</summary>
    public static DateTimeOffset FromMs(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(ms, Least, Most));

    /// <summary>Like <see cref="FromMs(long)"/>, for durations.</summary>
    public static TimeSpan SpanFromMs(long ms) => TimeSpan.FromMilliseconds(Math.Clamp(ms, -LongestSpan, LongestSpan));

    public static DateTimeOffset? FromMs(long? ms) => ms is { } value ? FromMs(value) : null;

    /// <summary>Rounds up, so that nothing starts before its time.</summary>
    public static long ToMs(DateTimeOffset time)
    {
        var ms = time.ToUnixTimeMilliseconds();
        return time.UtcTicks % TimeSpan.TicksPerMillisecond == 0 ? ms : ms + 1;
    }

    /// <summary>Rounds up.</summary>
    public static long ToMs(TimeSpan span) => (span.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
}

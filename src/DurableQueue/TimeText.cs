namespace DurableQueue;

/// <summary>Parses durations and times in the forms that people type. Letter case and the current culture don't matter.</summary>
/// <remarks>
/// A local time that is skipped by a clock change is moved forward by the length of the gap (02:30 becomes 03:30). One that occurs twice means the first.
/// </remarks>
public static class TimeText
{
    internal const int MaxLength = 100;

    private const string DurationHint = "Use 90 (seconds), 500ms, 0.2s, 1h30m, 2d or 1w";

    private const string TimeHint =
        "Use a wait (90, 1h30m), now, today, tomorrow 09:00, monday 18:30, 09:00, 2030-01-31, 2030-01-31T09:00 or 2030-01-31T09:00:00Z";

    /// <summary>
    /// Parses a duration: <c>90</c> (seconds), <c>90s</c>, <c>500ms</c>, <c>0.2s</c>, <c>1h30m</c>, <c>2d</c>, <c>1w</c>, <c>1 hour 30 minutes</c>. Units must be in
    /// descending order, each at most once.
    /// </summary>
    /// <param name="text">The text to parse.</param>
    /// <exception cref="FormatException"><paramref name="text"/> is not a valid duration, or exceeds <see cref="TimeSpan.MaxValue"/>. The message says why, and shows examples.</exception>
    public static TimeSpan ParseDuration(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return DurationText.Read(text, out var duration) is { } problem
            ? throw new FormatException($"'{Shorten(text)}' is not a valid duration: {problem}. {DurationHint}.")
            : duration;
    }

    /// <summary>Parses a duration in the formats of <see cref="ParseDuration"/>.</summary>
    /// <param name="text">The text to parse.</param>
    /// <param name="duration">The duration; zero if the text isn't valid.</param>
    /// <returns><see langword="true"/> if <paramref name="text"/> is a valid duration.</returns>
    public static bool TryParseDuration(string? text, out TimeSpan duration)
    {
        duration = default;
        return text is not null && DurationText.Read(text, out duration) is null;
    }

    /// <summary>
    /// Parses a time in the future: a wait from now (<c>90</c>, <c>1h30m</c>, <c>+2d</c>), <c>now</c>, a day (<c>today</c>, <c>tomorrow</c>, or the next occurrence of a
    /// weekday) with or without a time of day (<c>tomorrow 09:00</c>, <c>mon 18:30</c>), the next occurrence of a time of day (<c>09:00</c>), or ISO 8601. A day without a
    /// time of day means midnight at its start. Only <c>today</c>, <c>yesterday</c> and ISO 8601 can be in the past.
    /// </summary>
    /// <param name="text">The text to parse.</param>
    /// <param name="time">The clock.</param>
    /// <param name="zone">The time zone of texts without an offset. <see langword="null"/> means the local zone of <paramref name="time"/>.</param>
    /// <exception cref="FormatException"><paramref name="text"/> is not a valid time. The message says why, and shows examples.</exception>
    public static DateTimeOffset ParseTime(string text, TimeProvider time, TimeZoneInfo? zone = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(time);
        return ReadTime(text, time.GetUtcNow(), zone ?? time.LocalTimeZone, out var result) is { } problem
            ? throw new FormatException($"'{Shorten(text)}' is not a valid time: {problem}. {TimeHint}.")
            : result;
    }

    /// <summary>Parses a time in the formats of <see cref="ParseTime"/>.</summary>
    /// <param name="text">The text to parse.</param>
    /// <param name="time">The clock.</param>
    /// <param name="zone">The time zone of texts without an offset. <see langword="null"/> means the local zone of <paramref name="time"/>.</param>
    /// <param name="result">The time; the default value if the text isn't valid.</param>
    /// <returns><see langword="true"/> if <paramref name="text"/> is a valid time.</returns>
    public static bool TryParseTime(string? text, TimeProvider time, TimeZoneInfo? zone, out DateTimeOffset result)
    {
        ArgumentNullException.ThrowIfNull(time);
        result = default;
        return text is not null && ReadTime(text, time.GetUtcNow(), zone ?? time.LocalTimeZone, out result) is null;
    }

    /// <summary>Parses a time in a query, where <c>-2h</c> means two hours ago and a weekday means its latest occurrence.</summary>
    /// <param name="text">The text to parse.</param>
    /// <param name="now">The current time.</param>
    /// <param name="zone">The time zone of texts without an offset.</param>
    /// <param name="from">The time, or the beginning of the day.</param>
    /// <param name="until">The beginning of the next day, if the text names a whole day.</param>
    /// <returns>What is wrong with the text; <see langword="null"/> if nothing is.</returns>
    internal static string? ReadPast(string text, DateTimeOffset now, TimeZoneInfo zone, out DateTimeOffset from, out DateTimeOffset? until)
    {
        from = default;
        until = null;
        if (text.Length > MaxLength)
        {
            return "it is too long";
        }

        if (text is ['-' or '+', .. var wait])
        {
            return DurationText.Read(wait, out var distance) ?? LocalTime.Shift(now, text[0] == '-' ? -distance : distance, out from);
        }

        if (text.Equals("now", StringComparison.OrdinalIgnoreCase))
        {
            from = now;
            return null;
        }

        var today = LocalTime.DateOf(now, zone);
        if (NamedDay.Read(text, today, (day, _) => NamedDay.Latest(today, day), out var date, out var clock) is { } problem)
        {
            return problem;
        }

        if (date is null)
        {
            return IsoTime.Read(text, zone, out from, out until);
        }

        problem = LocalTime.ToInstant(date.Value, clock ?? TimeOnly.MinValue, zone, out from);
        return problem ?? (clock is null ? LocalTime.EndOfDay(date.Value, zone, out until) : null);
    }

    private static string? ReadTime(string text, DateTimeOffset now, TimeZoneInfo zone, out DateTimeOffset result)
    {
        result = default;
        text = text.Trim();
        if (text.Length is 0 or > MaxLength)
        {
            return text.Length == 0 ? "it is empty" : "it is too long";
        }

        if (text.Equals("now", StringComparison.OrdinalIgnoreCase))
        {
            result = now;
            return null;
        }

        if (text[0] == '-')
        {
            return "it is in the past";
        }

        var wait = text[0] == '+' ? text[1..] : text;
        if (text[0] == '+' || DurationText.IsLikely(text))
        {
            return DurationText.Read(wait, out var distance) ?? LocalTime.Shift(now, distance, out result);
        }

        var today = LocalTime.DateOf(now, zone);
        var clockNow = TimeZoneInfo.ConvertTime(now, zone).TimeOfDay;
        if (NamedDay.Read(text, today, (day, clock) => NamedDay.Next(today, day, clock.ToTimeSpan() > clockNow), out var date, out var clock) is { } problem)
        {
            return problem;
        }

        if (date is not null)
        {
            return LocalTime.ToInstant(date.Value, clock ?? TimeOnly.MinValue, zone, out result);
        }

        if (ClockTime.Read(text) is { } alone)
        {
            return LocalTime.ToInstant(alone.ToTimeSpan() > clockNow ? today : today.AddDays(1), alone, zone, out result);
        }

        return IsoTime.Read(text, zone, out result, out _);
    }

    private static string Shorten(string text) => text.Length <= MaxLength ? text : $"{text[..MaxLength]}…";
}

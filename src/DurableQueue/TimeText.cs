using System.Globalization;
using System.Text.RegularExpressions;

namespace DurableQueue;

/// <summary>Reads durations and points in time as people write them. Upper and lower case are the same; the culture does not matter.</summary>
/// <remarks>
/// A local time that a clock change skips is moved on by as much as the clock is (02:30 becomes 03:30); one that comes twice is the first of the two.
/// </remarks>
public static partial class TimeText
{
    private const int MaxLength = 100;

    private const string DurationHint = "write 90 (seconds), 500ms, 0.2s, 1h30m, 2d or 1w";

    private const string TimeHint =
        "write a wait (90, 1h30m), now, today, tomorrow 09:00, monday 18:30, 09:00, 2030-01-31, 2030-01-31T09:00 or 2030-01-31T09:00:00Z";

    /// <summary>Longest unit first: the parts of a duration come in this order.</summary>
    private static readonly (string[] Names, long Ticks)[] Units =
    [
        (["w", "week", "weeks"], 7 * TimeSpan.TicksPerDay),
        (["d", "day", "days"], TimeSpan.TicksPerDay),
        (["h", "hour", "hours"], TimeSpan.TicksPerHour),
        (["m", "min", "minute", "minutes"], TimeSpan.TicksPerMinute),
        (["s", "sec", "second", "seconds"], TimeSpan.TicksPerSecond),
        (["ms", "millisecond", "milliseconds"], TimeSpan.TicksPerMillisecond),
    ];

    private static readonly string[] Weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    /// <summary>
    /// Reads a duration: <c>90</c> (seconds), <c>90s</c>, <c>500ms</c>, <c>0.2s</c>, <c>1h30m</c>, <c>2d</c>, <c>1w</c>, <c>1 hour 30 minutes</c>; longer units first,
    /// each at most once.
    /// </summary>
    /// <param name="text">What to read.</param>
    /// <exception cref="FormatException">It is no duration, or longer than <see cref="TimeSpan"/> holds; the message says why and what would do.</exception>
    public static TimeSpan ParseDuration(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ReadDuration(text, out var duration) is { } problem
            ? throw new FormatException($"'{Shorten(text)}' is no duration: {problem}; {DurationHint}.")
            : duration;
    }

    /// <summary>As <see cref="ParseDuration"/>, without an exception.</summary>
    /// <returns>Whether it is a duration.</returns>
    public static bool TryParseDuration(string? text, out TimeSpan duration)
    {
        duration = default;
        return text is not null && ReadDuration(text, out duration) is null;
    }

    /// <summary>
    /// Reads a point in time that is to come: a wait from now (<c>90</c>, <c>1h30m</c>, <c>+2d</c>), <c>now</c>, a day (<c>today</c>, <c>tomorrow</c>, a weekday: the
    /// next one) with or without a clock time (<c>tomorrow 09:00</c>, <c>mon 18:30</c>), a clock time (<c>09:00</c>: the next one), or ISO 8601. A day without a
    /// clock time begins at midnight. Only <c>today</c>, <c>yesterday</c> and ISO 8601 can be in the past.
    /// </summary>
    /// <param name="text">What to read.</param>
    /// <param name="time">What time it is.</param>
    /// <param name="zone">The zone of times that name none; default: the time provider's local zone.</param>
    /// <exception cref="FormatException">It is no time; the message says why and what would do.</exception>
    public static DateTimeOffset ParseTime(string text, TimeProvider time, TimeZoneInfo? zone = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(time);
        return ReadTime(text, time.GetUtcNow(), zone ?? time.LocalTimeZone, out var result) is { } problem
            ? throw new FormatException($"'{Shorten(text)}' is no time: {problem}; {TimeHint}.")
            : result;
    }

    /// <summary>As <see cref="ParseTime"/>, without an exception.</summary>
    /// <returns>Whether it is a time.</returns>
    public static bool TryParseTime(string? text, TimeProvider time, TimeZoneInfo? zone, out DateTimeOffset result)
    {
        ArgumentNullException.ThrowIfNull(time);
        result = default;
        return text is not null && ReadTime(text, time.GetUtcNow(), zone ?? time.LocalTimeZone, out result) is null;
    }

    /// <summary>Reads a point in time of a query, which looks back: <c>-2h</c> is two hours ago, a weekday the latest one.</summary>
    /// <param name="text">What to read.</param>
    /// <param name="now">What time it is.</param>
    /// <param name="zone">The zone of times that name none.</param>
    /// <param name="from">The point, or the beginning of the day.</param>
    /// <param name="until">The beginning of the next day, if the text names a whole day.</param>
    /// <returns>What is wrong with it; <see langword="null"/> if nothing is.</returns>
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
            return ReadDuration(wait, out var distance) ?? Shift(now, text[0] == '-' ? -distance : distance, out from);
        }

        if (text.Equals("now", StringComparison.OrdinalIgnoreCase))
        {
            from = now;
            return null;
        }

        var today = DateOf(now, zone);
        if (ReadWords(text, today, (day, _) => Latest(today, day), out var date, out var clock) is { } problem)
        {
            return problem;
        }

        if (date is null)
        {
            return ReadIso(text, zone, out from, out until);
        }

        problem = ToInstant(date.Value, clock ?? TimeOnly.MinValue, zone, out from);
        return problem ?? (clock is null ? EndOfDay(date.Value, zone, out until) : null);
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
        if (text[0] == '+' || LooksLikeDuration().IsMatch(text))
        {
            return ReadDuration(wait, out var distance) ?? Shift(now, distance, out result);
        }

        var today = DateOf(now, zone);
        var clockNow = TimeZoneInfo.ConvertTime(now, zone).TimeOfDay;
        if (ReadWords(text, today, (day, clock) => Next(today, day, clock.ToTimeSpan() > clockNow), out var date, out var clock) is { } problem)
        {
            return problem;
        }

        if (date is not null)
        {
            return ToInstant(date.Value, clock ?? TimeOnly.MinValue, zone, out result);
        }

        if (ReadClock(text) is { } alone)
        {
            return ToInstant(alone.ToTimeSpan() > clockNow ? today : today.AddDays(1), alone, zone, out result);
        }

        return ReadIso(text, zone, out result, out _);
    }

    private static string? ReadDuration(string text, out TimeSpan duration)
    {
        duration = default;
        text = text.Trim();
        if (text.Length is 0 or > MaxLength)
        {
            return text.Length == 0 ? "it is empty" : "it is too long";
        }

        if (text[0] == '-')
        {
            return "it is negative";
        }

        var total = 0m;
        var next = 0;
        var position = 0;
        while (position < text.Length)
        {
            var part = DurationPart().Match(text, position);
            if (!part.Success)
            {
                return $"'{text[position..]}' does not begin with a number";
            }

            var name = part.Groups["unit"].Value;
            var unit = name.Length == 0 && part.Length == text.Length ? SecondsIndex : Array.FindIndex(Units, u => u.Names.Contains(name, StringComparer.OrdinalIgnoreCase));
            if (unit < 0)
            {
                return name.Length == 0 ? $"{part.Groups["number"].Value} has no unit" : $"'{name}' is no unit";
            }

            if (unit < next)
            {
                return "its units are not in order, longest first and each once";
            }

            if (!decimal.TryParse(part.Groups["number"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || number > TimeSpan.MaxValue.Ticks / Units[unit].Ticks)
            {
                return "it is too long a time";
            }

            total += number * Units[unit].Ticks;
            next = unit + 1;
            position += part.Length;
        }

        if (total > TimeSpan.MaxValue.Ticks)
        {
            return "it is too long a time";
        }

        duration = new TimeSpan((long)total);
        return null;
    }

    private static int SecondsIndex => Array.FindIndex(Units, unit => unit.Ticks == TimeSpan.TicksPerSecond);

    /// <summary>Reads a named day with or without a clock time.</summary>
    /// <param name="text">What to read.</param>
    /// <param name="today">The day it is.</param>
    /// <param name="weekday">Which date a weekday, with this clock time, means.</param>
    /// <param name="date">The day; <see langword="null"/> if the text does not begin with the name of one.</param>
    /// <param name="clock">The clock time, if one is there.</param>
    /// <returns>What is wrong with the text.</returns>
    private static string? ReadWords(string text, DateOnly today, Func<DayOfWeek, TimeOnly, DateOnly> weekday, out DateOnly? date, out TimeOnly? clock)
    {
        date = null;
        clock = null;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var name = words.Length == 0 ? "" : words[0];
        if (name.Length == 0 || !char.IsAsciiLetter(name[0]))
        {
            return null;
        }

        if (words.Length > 1)
        {
            clock = words.Length == 2 ? ReadClock(words[1]) : null;
            if (clock is null)
            {
                return $"after '{name}' only a clock time such as 09:00 may come";
            }
        }

        if (name.ToUpperInvariant() is "TODAY" or "TOMORROW" or "YESTERDAY")
        {
            date = today.AddDays(char.ToUpperInvariant(name[2]) switch { 'D' => 0, 'M' => 1, _ => -1 });
            return null;
        }

        var day = Array.FindIndex(Weekdays, d => d.Equals(name, StringComparison.OrdinalIgnoreCase) || d[..3].Equals(name, StringComparison.OrdinalIgnoreCase));
        if (day < 0)
        {
            return $"'{name}' is no day";
        }

        date = weekday((DayOfWeek)day, clock ?? TimeOnly.MinValue);
        return null;
    }

    private static DateOnly Latest(DateOnly today, DayOfWeek day) => today.AddDays(-(((int)today.DayOfWeek - (int)day + 7) % 7));

    private static DateOnly Next(DateOnly today, DayOfWeek day, bool todayWillDo)
    {
        var days = ((int)day - (int)today.DayOfWeek + 7) % 7;
        return today.AddDays(days == 0 && !todayWillDo ? 7 : days);
    }

    private static TimeOnly? ReadClock(string text) =>
        TimeOnly.TryParseExact(text, ["H:mm", "HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock) ? clock : null;

    private static string? ReadIso(string text, TimeZoneInfo zone, out DateTimeOffset from, out DateTimeOffset? until)
    {
        from = default;
        until = null;
        var match = Iso().Match(text);
        if (!match.Success)
        {
            return "it is written otherwise than any that is known";
        }

        if (!DateOnly.TryParseExact(match.Groups["date"].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            return $"there is no day {match.Groups["date"].Value}";
        }

        if (!match.Groups["clock"].Success)
        {
            return ToInstant(date, TimeOnly.MinValue, zone, out from) ?? EndOfDay(date, zone, out until);
        }

        if (ReadClock(match.Groups["clock"].Value) is not { } clock)
        {
            return $"there is no time {match.Groups["clock"].Value}";
        }

        // More than seven digits are cut: a tick is all there is.
        var digits = match.Groups["fraction"].Value.PadRight(7, '0')[..7];
        clock = clock.Add(new TimeSpan(long.Parse(digits, CultureInfo.InvariantCulture)));
        if (!match.Groups["zone"].Success)
        {
            return ToInstant(date, clock, zone, out from);
        }

        return ReadOffset(match.Groups["zone"].Value) is { } offset
            ? ToInstant(date.ToDateTime(clock), offset, out from)
            : $"there is no offset {match.Groups["zone"].Value}";
    }

    private static TimeSpan? ReadOffset(string text)
    {
        if (text is "Z" or "z")
        {
            return TimeSpan.Zero;
        }

        var digits = text[1..].Replace(":", "", StringComparison.Ordinal).PadRight(4, '0');
        var offset = new TimeSpan(int.Parse(digits[..2], CultureInfo.InvariantCulture), int.Parse(digits[2..], CultureInfo.InvariantCulture), 0);
        return offset <= TimeSpan.FromHours(14) && digits[2] < '6' ? (text[0] == '-' ? -offset : offset) : null;
    }

    private static DateOnly DateOf(DateTimeOffset now, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);

    private static string? EndOfDay(DateOnly date, TimeZoneInfo zone, out DateTimeOffset? until)
    {
        until = null;
        if (date == DateOnly.MaxValue)
        {
            until = DateTimeOffset.MaxValue;
            return null;
        }

        var problem = ToInstant(date.AddDays(1), TimeOnly.MinValue, zone, out var end);
        until = end;
        return problem;
    }

    private static string? ToInstant(DateOnly date, TimeOnly clock, TimeZoneInfo zone, out DateTimeOffset result)
    {
        var local = date.ToDateTime(clock);
        TimeSpan offset;
        if (zone.IsAmbiguousTime(local))
        {
            // The first of the two is the one further ahead of UTC.
            offset = zone.GetAmbiguousTimeOffsets(local).Max();
        }
        else
        {
            // In a gap, the clock as it went on before: so the time is moved on by the length of the gap.
            var valid = local;
            while (zone.IsInvalidTime(valid) && valid > DateTime.MinValue.AddHours(1))
            {
                valid = valid.AddHours(-1);
            }

            offset = zone.GetUtcOffset(valid);
        }

        var problem = ToInstant(local, offset, out result);
        result = problem is null ? TimeZoneInfo.ConvertTime(result, zone) : result;
        return problem;
    }

    private static string? ToInstant(DateTime local, TimeSpan offset, out DateTimeOffset result)
    {
        result = default;
        var ticks = local.Ticks - offset.Ticks;
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
        {
            return "it is not from the year 1 to 9999";
        }

        result = new DateTimeOffset(local, offset);
        return null;
    }

    private static string? Shift(DateTimeOffset now, TimeSpan distance, out DateTimeOffset result)
    {
        var fits = distance < TimeSpan.Zero ? now - DateTimeOffset.MinValue >= -distance : DateTimeOffset.MaxValue - now >= distance;
        result = fits ? now + distance : default;
        return fits ? null : "it is not from the year 1 to 9999";
    }

    private static string Shorten(string text) => text.Length <= MaxLength ? text : $"{text[..MaxLength]}…";

    [GeneratedRegex(@"\G(?<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*(?<unit>[A-Za-z]*)\s*", RegexOptions.CultureInvariant)]
    private static partial Regex DurationPart();

    [GeneratedRegex(@"^[0-9]*\.?[0-9]+\s*(?:[A-Za-z]|$)", RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeDuration();

    [GeneratedRegex(
        @"^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ](?<clock>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:(?<=:[0-9]{2}:[0-9]{2})[.,](?<fraction>[0-9]{1,9}))?"
        + @"\s?(?<zone>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Iso();
}

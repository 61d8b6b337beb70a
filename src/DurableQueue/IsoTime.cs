using System.Globalization;
using System.Text.RegularExpressions;

namespace DurableQueue;

/// <summary>Reads ISO 8601 dates and times such as <c>2030-01-31T09:00:00Z</c>.</summary>
internal static partial class IsoTime
{
    /// <summary>Reads a date, with or without a time of day and an offset from UTC.</summary>
    /// <param name="text">The text.</param>
    /// <param name="zone">The zone of times that name no offset.</param>
    /// <param name="from">The moment, or the beginning of the day.</param>
    /// <param name="until">The beginning of the next day, if the text has no time of day.</param>
    /// <returns>What is wrong with the text; <see langword="null"/> if nothing is.</returns>
    public static string? Read(string text, TimeZoneInfo zone, out DateTimeOffset from, out DateTimeOffset? until)
    {
        from = default;
        until = null;
        var match = Iso().Match(text);
        if (!match.Success)
        {
            return "the format is not recognized";
        }

        if (!DateOnly.TryParseExact(match.Groups["date"].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            return $"{match.Groups["date"].Value} is not a valid date";
        }

        if (!match.Groups["clock"].Success)
        {
            return LocalTime.ToInstant(date, TimeOnly.MinValue, zone, out from) ?? LocalTime.EndOfDay(date, zone, out until);
        }

        if (ClockTime.Read(match.Groups["clock"].Value) is not { } clock)
        {
            return $"{match.Groups["clock"].Value} is not a valid time of day";
        }

        // Digits after the seventh are cut: they are less than a tick.
        var digits = match.Groups["fraction"].Value.PadRight(7, '0')[..7];
        clock = clock.Add(new TimeSpan(long.Parse(digits, CultureInfo.InvariantCulture)));
        if (!match.Groups["zone"].Success)
        {
            return LocalTime.ToInstant(date, clock, zone, out from);
        }

        return ReadOffset(match.Groups["zone"].Value) is { } offset
            ? LocalTime.ToInstant(date.ToDateTime(clock), offset, out from)
            : $"{match.Groups["zone"].Value} is not a valid offset";
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

    [GeneratedRegex(
        @"^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ](?<clock>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:(?<=:[0-9]{2}:[0-9]{2})[.,](?<fraction>[0-9]{1,9}))?"
        + @"\s?(?<zone>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Iso();
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace DurableQueue;

/// <summary>Reads durations such as <c>1h30m</c> and <c>2d</c>.</summary>
internal static partial class DurationText
{
    private const string TooLong = "it is longer than 10,675,199 days";

    /// <summary>In descending order, the order in which the parts of a duration come.</summary>
    private static readonly (string[] Names, long Ticks)[] Units =
    [
        (["w", "week", "weeks"], 7 * TimeSpan.TicksPerDay),
        (["d", "day", "days"], TimeSpan.TicksPerDay),
        (["h", "hour", "hours"], TimeSpan.TicksPerHour),
        (["m", "min", "minute", "minutes"], TimeSpan.TicksPerMinute),
        (["s", "sec", "second", "seconds"], TimeSpan.TicksPerSecond),
        (["ms", "millisecond", "milliseconds"], TimeSpan.TicksPerMillisecond),
    ];

    private static readonly int Seconds = Array.FindIndex(Units, unit => unit.Ticks == TimeSpan.TicksPerSecond);

    /// <summary>The text starts as a duration does: with a number that is followed by a letter or by nothing.</summary>
    public static bool IsLikely(string text) => LooksLikeDuration().IsMatch(text);

    /// <summary>Reads a duration.</summary>
    /// <returns>What is wrong with the text; <see langword="null"/> if nothing is.</returns>
    public static string? Read(string text, out TimeSpan duration)
    {
        duration = default;
        text = text.Trim();
        if (text.Length is 0 or > TimeText.MaxLength)
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
                return $"'{text[position..]}' does not start with a number";
            }

            var name = part.Groups["unit"].Value;
            var unit = name.Length == 0 && part.Length == text.Length ? Seconds : Array.FindIndex(Units, u => u.Names.Contains(name, StringComparer.OrdinalIgnoreCase));
            if (unit < 0)
            {
                return name.Length == 0 ? $"{part.Groups["number"].Value} has no unit" : $"'{name}' is not a unit";
            }

            if (unit < next)
            {
                return "its units must be in descending order, each at most once";
            }

            if (!decimal.TryParse(part.Groups["number"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || number > TimeSpan.MaxValue.Ticks / Units[unit].Ticks)
            {
                return TooLong;
            }

            total += number * Units[unit].Ticks;
            next = unit + 1;
            position += part.Length;
        }

        if (total > TimeSpan.MaxValue.Ticks)
        {
            return TooLong;
        }

        duration = new TimeSpan((long)total);
        return null;
    }

    [GeneratedRegex(@"\G(?<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*(?<unit>[A-Za-z]*)\s*", RegexOptions.CultureInvariant)]
    private static partial Regex DurationPart();

    [GeneratedRegex(@"^[0-9]*\.?[0-9]+\s*(?:[A-Za-z]|$)", RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeDuration();
}

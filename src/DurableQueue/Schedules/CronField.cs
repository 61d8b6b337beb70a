using System.Globalization;

namespace DurableQueue.Schedules;

/// <summary>One field of a cron expression: which of its values a text names.</summary>
/// <param name="Name">What an error calls it.</param>
/// <param name="Least">The smallest value.</param>
/// <param name="Most">The largest value.</param>
/// <param name="Names">The English names of the values from <paramref name="Least"/> on.</param>
internal sealed record CronField(string Name, int Least, int Most, params IReadOnlyList<string> Names)
{
    /// <summary>Sunday is 0, and 7 as well.</summary>
    private const int Sunday = 7;

    public static CronField Second { get; } = new("second", 0, 59);

    public static CronField Minute { get; } = new("minute", 0, 59);

    public static CronField Hour { get; } = new("hour", 0, 23);

    public static CronField Day { get; } = new("day of the month", 1, 31);

    public static CronField Month { get; } = new("month", 1, 12, CultureInfo.InvariantCulture.DateTimeFormat.MonthNames[..12]);

    public static CronField DayOfWeek { get; } = new("day of the week", 0, Sunday, CultureInfo.InvariantCulture.DateTimeFormat.DayNames);

    /// <returns>By value, whether the text names it.</returns>
    /// <exception cref="FormatException">The text is not a valid field.</exception>
    public bool[] Parse(string text)
    {
        var values = new bool[Most + 1];
        foreach (var item in text.Split(','))
        {
            var (from, to, step) = ParseItem(item);
            for (var value = from; value <= to; value += step)
            {
                values[this == DayOfWeek ? value % Sunday : value] = true;
            }
        }

        return values;
    }

    /// <summary>A value, a range, or all; with a step, a value is the beginning of a range to the end.</summary>
    private (int From, int To, int Step) ParseItem(string item)
    {
        var parts = item.Split('/');
        var step = parts.Length switch
        {
            1 => default(int?),
            2 when int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 => Math.Min(number, Most + 1),
            _ => throw new FormatException($"the step of '{item}' must be a number of at least 1."),
        };
        if (parts[0] == "*")
        {
            return (Least, this == DayOfWeek ? Most - 1 : Most, step ?? 1);
        }

        var ends = parts[0].Split('-');
        if (ends.Length > 2)
        {
            throw new FormatException($"'{item}' is not a range.");
        }

        var from = ParseValue(ends[0]);
        var to = ends.Length == 2 ? ParseEnd(ends[1], from) : step is null ? from : Most;
        return to >= from ? (from, to, step ?? 1) : throw new FormatException($"the range of '{item}' runs backwards; write two, such as 22-23,0-2.");
    }

    /// <summary>A week that is named to its end has Sunday last: FRI-SUN.</summary>
    private int ParseEnd(string text, int from)
    {
        var to = ParseValue(text);
        return this == DayOfWeek && to == 0 && from > 0 && char.IsAsciiLetter(text[0]) ? Sunday : to;
    }

    private int ParseValue(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= Least && number <= Most)
        {
            return number;
        }

        for (var index = 0; index < Names.Count; index++)
        {
            // Three letters, or all of them. Fewer would be a guess: T may be Tuesday or Thursday.
            if (text.Equals(Names[index], StringComparison.OrdinalIgnoreCase) || text.Equals(Names[index][..3], StringComparison.OrdinalIgnoreCase))
            {
                return Least + index;
            }
        }

        var names = Names.Count == 0 ? "" : $", or {Names[0][..3].ToUpperInvariant()} to {Names[^1][..3].ToUpperInvariant()}";
        throw new FormatException($"'{text}' is not a valid {Name}; use {Least} to {Most}{names}.");
    }
}

namespace DurableQueue;

/// <summary>Reads named days such as <c>tomorrow</c> and <c>monday 18:30</c>.</summary>
internal static class NamedDay
{
    private static readonly string[] Weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    /// <summary>Reads a named day with or without a clock time.</summary>
    /// <param name="text">The text.</param>
    /// <param name="today">The current date.</param>
    /// <param name="weekday">Chooses the date of a weekday with this clock time.</param>
    /// <param name="date">The date; <see langword="null"/> if the text does not start with the name of a day.</param>
    /// <param name="clock">The clock time, if the text has one.</param>
    /// <returns>What is wrong with the text; <see langword="null"/> if nothing is.</returns>
    public static string? Read(string text, DateOnly today, Func<DayOfWeek, TimeOnly, DateOnly> weekday, out DateOnly? date, out TimeOnly? clock)
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
            clock = words.Length == 2 ? ClockTime.Read(words[1]) : null;
            if (clock is null)
            {
                return $"only a clock time such as 09:00 can follow '{name}'";
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
            return $"'{name}' is not a day";
        }

        date = weekday((DayOfWeek)day, clock ?? TimeOnly.MinValue);
        return null;
    }

    /// <summary>The latest date of a weekday, today included.</summary>
    public static DateOnly Latest(DateOnly today, DayOfWeek day) => today.AddDays(-(((int)today.DayOfWeek - (int)day + 7) % 7));

    /// <summary>The next date of a weekday.</summary>
    public static DateOnly Next(DateOnly today, DayOfWeek day, bool includeToday)
    {
        var days = ((int)day - (int)today.DayOfWeek + 7) % 7;
        return today.AddDays(days == 0 && !includeToday ? 7 : days);
    }
}

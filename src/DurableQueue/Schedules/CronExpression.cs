namespace DurableQueue.Schedules;

/// <summary>
/// A cron expression: the local times that it names, on a clock that never changes.
/// </summary>
internal sealed class CronExpression
{
    /// <summary>The calendar repeats itself after 400 years; an expression that names nothing in 50 is a mistake.</summary>
    private const int LongestSearchYears = 50;

    private static readonly DateTime LastDay = DateTime.MaxValue.Date.AddDays(-31);

    private static readonly Dictionary<string, string> Nicknames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    private static readonly CronField[] Fields =
        [CronField.Second, CronField.Minute, CronField.Hour, CronField.Day, CronField.Month, CronField.DayOfWeek];

    private readonly bool[] seconds;
    private readonly bool[] minutes;
    private readonly bool[] hours;
    private readonly bool[] days;
    private readonly bool[] months;
    private readonly bool[] daysOfWeek;

    private CronExpression(bool[][] fields, bool isInterval)
    {
        (seconds, minutes, hours) = (fields[0], fields[1], fields[2]);
        (days, months, daysOfWeek) = (fields[3], fields[4], fields[5]);
        IsInterval = isInterval;
    }

    /// <summary>Second, minute or hour is <c>*</c>, a range or a step instead of a fixed time.</summary>
    public bool IsInterval { get; }

    /// <exception cref="ArgumentException">The text is not a valid expression.</exception>
    public static CronExpression Parse(string text)
    {
        var trimmed = text.Trim();
        var fields = (Nicknames.GetValueOrDefault(trimmed) ?? trimmed).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6))
        {
            throw NotValid(text, trimmed.StartsWith('@')
                ? $"the names are {string.Join(", ", Nicknames.Keys)} and @every."
                : $"it has {fields.Length} fields; use five, or six with seconds.");
        }

        string[] all = fields.Length == 6 ? fields : ["0", .. fields];
        try
        {
            var values = Fields.Zip(all, (field, written) => field.Parse(written)).ToArray();
            return new CronExpression(values, Array.Exists(all[..3], field => field.AsSpan().ContainsAny('*', '-', '/')));
        }
        catch (FormatException e)
        {
            throw NotValid(text, e.Message);
        }
    }

    /// <summary>The first time that it names strictly after another one; <see langword="null"/> if there is none for 50 years.</summary>
    public DateTime? Next(DateTime after)
    {
        var from = after.AddTicks(TimeSpan.TicksPerSecond - (after.Ticks % TimeSpan.TicksPerSecond));
        var (day, time) = (from.Date, from.TimeOfDay);
        var end = day.Year < LastDay.Year - LongestSearchYears ? day.AddYears(LongestSearchYears) : LastDay;
        while (day < end)
        {
            if (!months[day.Month])
            {
                (day, time) = (day.AddDays(1 - day.Day).AddMonths(1), TimeSpan.Zero);
            }
            else if (days[day.Day] && daysOfWeek[(int)day.DayOfWeek] && FirstTime(time) is { } found)
            {
                return day + found;
            }
            else
            {
                (day, time) = (day.AddDays(1), TimeSpan.Zero);
            }
        }

        return null;
    }

    /// <summary>The first time of any day from a time on.</summary>
    private TimeSpan? FirstTime(TimeSpan from)
    {
        for (var hour = FirstOf(hours, from.Hours); hour >= 0; hour = FirstOf(hours, hour + 1))
        {
            var isFirstHour = hour == from.Hours;
            for (var minute = FirstOf(minutes, isFirstHour ? from.Minutes : 0); minute >= 0; minute = FirstOf(minutes, minute + 1))
            {
                var second = FirstOf(seconds, isFirstHour && minute == from.Minutes ? from.Seconds : 0);
                if (second >= 0)
                {
                    return new TimeSpan(hour, minute, second);
                }
            }
        }

        return null;
    }

    private static int FirstOf(bool[] values, int from) => from < values.Length ? Array.IndexOf(values, true, from) : -1;

    private static ArgumentException NotValid(string text, string why) =>
        new($"The expression '{text}' is not valid: {why}", nameof(NewSchedule.Expression));
}

using System.Globalization;
using DurableQueue.Schedules;

namespace DurableQueue.Dashboard.Schedules;

/// <summary>Says in words when a schedule fires: <c>at 02:30, Monday to Friday</c>.</summary>
internal static class CronWords
{
    private const int MostTimesOfDay = 4;
    private const int HoursOfDay = 24;

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

    /// <returns>The expression itself, if it is not valid.</returns>
    public static string Of(string expression)
    {
        var text = expression.Trim();
        if (text.StartsWith("@every", StringComparison.OrdinalIgnoreCase))
        {
            return $"every {text["@every".Length..].Trim()}";
        }

        var fields = (Nicknames.GetValueOrDefault(text) ?? text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length == 5)
        {
            fields = ["0", .. fields];
        }

        try
        {
            return fields.Length == 6 ? Sentence(fields) : text;
        }
        catch (FormatException)
        {
            return text;
        }
    }

    private static string Sentence(string[] fields)
    {
        var (seconds, minutes, hours) = (Set(CronField.Second, fields[0]), Set(CronField.Minute, fields[1]), Set(CronField.Hour, fields[2]));
        var days = Set(CronField.Day, fields[3]);
        var months = Set(CronField.Month, fields[4]);
        var week = CronField.DayOfWeek.Parse(fields[5]);
        // A week begins on Monday, so that a weekend is not torn apart.
        var weekdays = new Values([.. Enumerable.Range(1, 7).Where(day => week[day % 7])], 1, 7);
        var (time, isOfDay) = Time(seconds, minutes, hours);
        var parts = new List<string> { time };
        if (!weekdays.IsAll)
        {
            parts.Add((days.IsAll ? "" : "if it is a ") + weekdays.List(day => CronField.DayOfWeek.Names[day % 7]));
        }

        if (!days.IsAll)
        {
            parts.Insert(1, $"on day {days.List(Number)} of the month");
        }

        if (!months.IsAll)
        {
            parts.Add($"in {months.List(month => CronField.Month.Names[month - 1])}");
        }

        return parts.Count == 1 && isOfDay ? $"every day {time}" : string.Join(", ", parts);
    }

    private static (string Words, bool IsOfDay) Time(Values seconds, Values minutes, Values hours)
    {
        if (seconds is not { All: [0] })
        {
            return ($"{EachOf(seconds, "second")}{Within(minutes, "minute")}{Within(hours, "hour")}", false);
        }

        if (minutes.All is [var minute])
        {
            if (hours.IsAll)
            {
                return (minute == 0 ? "every hour" : $"every hour at minute {Number(minute)}", false);
            }

            if (hours.All.Count <= MostTimesOfDay && hours.Step is null)
            {
                return ($"at {Values.Join([.. hours.All.Select(hour => Clock(hour, minute))])}", true);
            }

            if (hours.Step is { } step)
            {
                return ($"every {Number(step)} hours" + (minute == 0 ? "" : $" at minute {Number(minute)}"), false);
            }

            return ($"at minute {Number(minute)}{Within(hours, "hour")}", false);
        }

        return ($"{EachOf(minutes, "minute")}{Within(hours, "hour")}", false);
    }

    private static string EachOf(Values values, string unit) =>
        values.IsAll ? $"every {unit}" : values.Step is { } step ? $"every {Number(step)} {unit}s" : $"at {unit} {values.List(Number)}";

    private static string Within(Values values, string unit)
    {
        if (values.IsAll)
        {
            return "";
        }

        if (unit == "hour" && values.All.Count > 1 && values.All[^1] - values.All[0] == values.All.Count - 1)
        {
            return $" from {Clock(values.All[0], 0)} to {Clock((values.All[^1] + 1) % HoursOfDay, 0)}";
        }

        return values.Step is { } step ? $" of every {Number(step)} {unit}s" : $" of {unit} {values.List(Number)}";
    }

    private static Values Set(CronField field, string text)
    {
        var named = field.Parse(text);
        return new Values([.. Enumerable.Range(field.Least, field.Most - field.Least + 1).Where(value => named[value])], field.Least, field.Most);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Clock(int hour, int minute) => string.Create(CultureInfo.InvariantCulture, $"{hour:00}:{minute:00}");

    /// <summary>Which values a field names.</summary>
    private sealed record Values(IReadOnlyList<int> All, int Least, int Most)
    {
        private const int ShortestRange = 3;

        public bool IsAll => All.Count == Most - Least + 1;

        /// <summary>The step, if it names every so many from the first to the last.</summary>
        public int? Step
        {
            get
            {
                if (All.Count < ShortestRange || All[0] != Least)
                {
                    return null;
                }

                var step = All[1] - All[0];
                return step > 1 && All[^1] + step > Most && All.Select((value, index) => value == Least + (index * step)).All(isNext => isNext) ? step : null;
            }
        }

        public string List(Func<int, string> name)
        {
            var parts = new List<string>();
            for (var first = 0; first < All.Count;)
            {
                var last = first;
                while (last + 1 < All.Count && All[last + 1] == All[last] + 1)
                {
                    last++;
                }

                if (last - first + 1 >= ShortestRange)
                {
                    parts.Add($"{name(All[first])} to {name(All[last])}");
                }
                else
                {
                    parts.AddRange(Enumerable.Range(first, last - first + 1).Select(index => name(All[index])));
                }

                first = last + 1;
            }

            return Join(parts);
        }

        public static string Join(List<string> parts) =>
            parts.Count < 2 ? string.Concat(parts) : $"{string.Join(", ", parts.Take(parts.Count - 1))} and {parts[^1]}";
    }
}

namespace DurableQueue;

/// <summary>Converts what the clocks of a time zone show to moments, and says why that is not possible.</summary>
internal static class LocalTime
{
    private const string OutOfRange = "it is outside the years 1 to 9999";

    /// <summary>The date in a zone at a moment.</summary>
    public static DateOnly DateOf(DateTimeOffset now, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);

    /// <returns>What is wrong with the date; <see langword="null"/> if nothing is.</returns>
    public static string? EndOfDay(DateOnly date, TimeZoneInfo zone, out DateTimeOffset? until)
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

    /// <summary>
    /// The moment at which the clocks of a zone show a time. One that a clock change skips is moved on by the length of the gap; of one that occurs twice it is the
    /// first.
    /// </summary>
    /// <returns>What is wrong with the time; <see langword="null"/> if nothing is.</returns>
    public static string? ToInstant(DateOnly date, TimeOnly clock, TimeZoneInfo zone, out DateTimeOffset result)
    {
        var local = date.ToDateTime(clock);
        TimeSpan offset;
        if (zone.IsAmbiguousTime(local))
        {
            // The first of the two has the larger offset.
            offset = zone.GetAmbiguousTimeOffsets(local).Max();
        }
        else
        {
            // In a gap, the offset before it: that moves the time on by the length of the gap.
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

    /// <returns>What is wrong with the time; <see langword="null"/> if nothing is.</returns>
    public static string? ToInstant(DateTime local, TimeSpan offset, out DateTimeOffset result)
    {
        result = default;
        var ticks = local.Ticks - offset.Ticks;
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
        {
            return OutOfRange;
        }

        result = new DateTimeOffset(local, offset);
        return null;
    }

    /// <returns>What is wrong with the distance; <see langword="null"/> if nothing is.</returns>
    public static string? Shift(DateTimeOffset now, TimeSpan distance, out DateTimeOffset result)
    {
        var fits = distance < TimeSpan.Zero ? now - DateTimeOffset.MinValue >= -distance : DateTimeOffset.MaxValue - now >= distance;
        result = fits ? now + distance : default;
        return fits ? null : OutOfRange;
    }
}

using System.Buffers;
using System.Security;

namespace DurableQueue.Schedules;

/// <summary>The local time of a time zone, and its clock changes. It uses only the offset at a moment, which is never ambiguous.</summary>
internal sealed class ZoneClock(TimeZoneInfo zone)
{
    private const long SecondMs = 1_000;
    private const long DayMs = 86_400_000;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");

    private readonly bool isFixed = !zone.SupportsDaylightSavingTime && zone.GetAdjustmentRules().Length == 0;

    /// <exception cref="ArgumentException">The time zone is unknown on this machine.</exception>
    public static ZoneClock Find(string name)
    {
        if (name.Length is 0 or > 64 || name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw Unknown(name, "it must be an IANA name such as Europe/Berlin.", null);
        }

        try
        {
            return new ZoneClock(TimeZoneInfo.FindSystemTimeZoneById(name));
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or SecurityException or IOException)
        {
            throw Unknown(name, "it is unknown on this machine. On Linux, install the package tzdata; on Windows, IANA names need ICU.", e);
        }
    }

    /// <summary>The local time at a moment.</summary>
    public DateTime ToLocal(long ms) => Utc(ms) + OffsetAt(ms);

    /// <summary>The offset from UTC at a moment.</summary>
    public long OffsetMs(long ms) => (long)OffsetAt(ms).TotalMilliseconds;

    public DateTimeOffset Show(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToOffset(OffsetAt(ms));

    /// <summary>The first clock change after one moment and up to another; <see langword="null"/> if there is none.</summary>
    public long? FindChange(long afterMs, long throughMs)
    {
        if (isFixed)
        {
            return null;
        }

        for (long day = afterMs, end; day < throughMs; day = end)
        {
            end = Math.Min(day + DayMs, throughMs);
            if (OffsetAt(end) != OffsetAt(day))
            {
                return Bisect(day, end);
            }
        }

        return null;
    }

    /// <summary>Whether the clocks were set back within the last day and show the local time of this moment for the second time.</summary>
    public bool IsSecondTime(long ms) =>
        FindChange(ms - DayMs, ms) is { } change && ToLocal(ms) < Utc(change) + OffsetAt(change - SecondMs);

    private long Bisect(long before, long after)
    {
        // Clocks change at whole seconds.
        var old = OffsetAt(before);
        var (low, high) = (Math.DivRem(before, SecondMs).Quotient, -Math.DivRem(-after, SecondMs).Quotient);
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = OffsetAt(middle * SecondMs) == old ? (middle, high) : (low, middle);
        }

        return high * SecondMs;
    }

    private TimeSpan OffsetAt(long ms) => isFixed ? zone.BaseUtcOffset : zone.GetUtcOffset(Utc(ms));

    private static DateTime Utc(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime;

    private static ArgumentException Unknown(string name, string why, Exception? cause) =>
        new($"The time zone '{name}' is not valid: {why}", nameof(NewSchedule.TimeZone), cause);
}

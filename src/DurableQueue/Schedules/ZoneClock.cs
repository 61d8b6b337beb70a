using System.Buffers;
using System.Security;

namespace DurableQueue.Schedules;

/// <summary>What the clocks of a time zone show, and when they are changed. Works from the offset at a moment alone, which is never in doubt.</summary>
internal sealed class ZoneClock(TimeZoneInfo zone)
{
    private const long SecondMs = 1_000;
    private const long DayMs = 86_400_000;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");

    private readonly bool isFixed = !zone.SupportsDaylightSavingTime && zone.GetAdjustmentRules().Length == 0;

    /// <exception cref="ArgumentException">There is no such zone on this machine.</exception>
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
            throw Unknown(name, "this machine does not know it. On Linux the package tzdata brings the zones; on Windows IANA names need ICU.", e);
        }
    }

    /// <summary>What the clocks show.</summary>
    public DateTime ToLocal(long ms) => Utc(ms) + OffsetAt(ms);

    /// <summary>By how much they are ahead of UTC.</summary>
    public long OffsetMs(long ms) => (long)OffsetAt(ms).TotalMilliseconds;

    public DateTimeOffset Show(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToOffset(OffsetAt(ms));

    /// <summary>The first moment after one and up to another at which the clocks are changed.</summary>
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

    /// <summary>The clocks were set back not long ago, and have shown this time before.</summary>
    public bool IsSecondTime(long ms) =>
        FindChange(ms - DayMs, ms) is { } change && ToLocal(ms) < Utc(change) + OffsetAt(change - SecondMs);

    private long Bisect(long before, long after)
    {
        // Changes are at whole seconds.
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
        new($"TimeZone '{name}' cannot be used: {why}", nameof(NewSchedule.TimeZone), cause);
}

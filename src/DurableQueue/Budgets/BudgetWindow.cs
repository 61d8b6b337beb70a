namespace DurableQueue.Budgets;

/// <summary>The time over which a cap counts. All times are milliseconds since the Unix epoch.</summary>
internal sealed class BudgetWindow(BudgetPeriod period, long lengthMs, TimeZoneInfo zone)
{
    public bool IsRolling => period == BudgetPeriod.Rolling;

    /// <summary>The first moment that counts.</summary>
    public long StartMs(long nowMs) => IsRolling ? nowMs - lengthMs + 1 : MidnightMs(FirstDay(nowMs));

    /// <summary>When what was counted at a moment no longer counts.</summary>
    public long EndMs(long atMs)
    {
        if (IsRolling)
        {
            return atMs + lengthMs;
        }

        var first = FirstDay(atMs);
        return MidnightMs(period == BudgetPeriod.Day ? first.AddDays(1) : first.AddMonths(1));
    }

    private DateTime FirstDay(long nowMs)
    {
        var day = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(nowMs), zone).Date;
        return period == BudgetPeriod.Day ? day : new DateTime(day.Year, day.Month, 1);
    }

    /// <summary>When a day begins: the first moment with its date, even where the clocks change at midnight.</summary>
    private long MidnightMs(DateTime day)
    {
        var local = DateTime.SpecifyKind(day, DateTimeKind.Unspecified);
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(15);
        }

        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUnixTimeMilliseconds();
    }
}

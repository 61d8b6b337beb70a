namespace DurableQueue.Tests;

/// <summary>A zone one hour ahead of UTC whose clocks go from 02:00 to 03:00 on the last Sunday of March, and from 03:00 to 02:00 on the last of October.</summary>
internal static class ClockChanges
{
    public static TimeZoneInfo Zone { get; } = TimeZoneInfo.CreateCustomTimeZone(
        "Test/Zone", TimeSpan.FromHours(1), "test", "test", "test, summer", [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                DateTime.MinValue.Date,
                DateTime.MaxValue.Date,
                TimeSpan.FromHours(1),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday)),
        ]);

    /// <summary>Ahead of UTC, and its days begin at 01:00 on the day of the change: midnight is skipped.</summary>
    public static TimeZoneInfo ZoneWithoutMidnight { get; } = TimeZoneInfo.CreateCustomTimeZone(
        "Test/Midnight", TimeSpan.FromHours(-3), "test", "test", "test, summer", [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                DateTime.MinValue.Date,
                DateTime.MaxValue.Date,
                TimeSpan.FromHours(1),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 0, 0, 0), 3, 5, DayOfWeek.Sunday),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday)),
        ]);

    public static TimeProvider At(string utc) => new FixedTime(DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture));

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => Zone;

        public override DateTimeOffset GetUtcNow() => now;
    }
}

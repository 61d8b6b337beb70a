namespace DurableQueue.Storage;

/// <summary>A clock whose timers do not need the thread pool.</summary>
internal sealed class DispatcherTime(TimeProvider clock, Dispatcher dispatcher) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new DispatcherTimer(dispatcher, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

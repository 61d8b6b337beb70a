namespace DurableQueue.Testing;

/// <summary>
/// A clock that only moves when a test moves it. Timers fire in the order of their due times, on the thread that moves the clock.
/// </summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock sync = new();
    private readonly List<ManualTimer> timers = [];
    private DateTimeOffset now;
    private long timestamp = 1_000_000;

    /// <summary>Creates a clock that starts on Monday, 2026-01-05 09:00 UTC.</summary>
    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Creates a clock that starts at the given time.</summary>
    /// <param name="start">The start, in any offset.</param>
    public ManualTimeProvider(DateTimeOffset start) => now = start.ToUniversalTime();

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (sync)
        {
            return now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (sync)
        {
            return timestamp;
        }
    }

    /// <summary>Advances the wall clock and the monotonic clock. Timers that become due fire at their due times.</summary>
    /// <param name="by">How far to advance, zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var target = GetTimestamp() + by.Ticks;
        while (TakeNextTimer(target) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <summary>Sets only the wall clock forward or back, like an administrator or a resume from sleep. No timers fire.</summary>
    /// <param name="by">How far to set it; negative to set it back.</param>
    public void JumpWallClock(TimeSpan by)
    {
        lock (sync)
        {
            now += by;
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? TakeNextTimer(long target)
    {
        lock (sync)
        {
            var next = timers.Where(timer => timer.DueAt <= target).MinBy(timer => timer.DueAt);
            if (next is null)
            {
                // In the same lock: a timer that another thread sets meanwhile is either seen above, or counts from the new time.
                now += TimeSpan.FromTicks(target - timestamp);
                timestamp = target;
                return null;
            }

            if (next.DueAt > timestamp)
            {
                now += TimeSpan.FromTicks(next.DueAt - timestamp);
                timestamp = next.DueAt;
            }

            next.Rearm();
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public long DueAt { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner.sync)
            {
                this.period = period;
                owner.timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    DueAt = owner.timestamp + dueTime.Ticks;
                    owner.timers.Add(this);
                }
            }

            return true;
        }

        public void Rearm()
        {
            if (period == Timeout.InfiniteTimeSpan || period <= TimeSpan.Zero)
            {
                owner.timers.Remove(this);
            }
            else
            {
                DueAt += period.Ticks;
            }
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (owner.sync)
            {
                owner.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

namespace DurableQueue.Worker;

/// <summary>The clock of one attempt's time limit. It can be paused, for waits that don't count.</summary>
internal sealed class AttemptTimeout : IDisposable
{
    /// <summary>A timeout may be 365 days, but a system timer takes at most 49.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(30);

    private readonly Lock sync = new();
    private readonly TimeSpan limit;
    private readonly TimeProvider time;
    private readonly Action expired;
    private readonly long startedAt;
    private readonly ITimer timer;
    private TimeSpan paused;
    private long pausedAt;
    private int pauses;
    private bool disposed;

    /// <param name="limit">How long the attempt may run from now.</param>
    /// <param name="time">The worker's clock.</param>
    /// <param name="expired">Called once when the time is over, by the timer's thread, or by the caller that starts or resumes the clock.</param>
    public AttemptTimeout(TimeSpan limit, TimeProvider time, Action expired)
    {
        this.limit = limit;
        this.time = time;
        this.expired = expired;
        startedAt = time.GetTimestamp();
        timer = time.CreateTimer(_ => ExpireOrWait(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts the clock.</summary>
    public void Start() => ExpireOrWait();

    /// <summary>Stops the clock. Calls nest.</summary>
    public void Pause()
    {
        lock (sync)
        {
            if (pauses++ == 0)
            {
                pausedAt = time.GetTimestamp();
                timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Ends one <see cref="Pause"/>; the last one starts the clock again.</summary>
    public void Resume()
    {
        lock (sync)
        {
            if (--pauses > 0)
            {
                return;
            }

            paused += time.GetElapsedTime(pausedAt);
        }

        ExpireOrWait();
    }

    public void Dispose()
    {
        lock (sync)
        {
            disposed = true;
            timer.Dispose();
        }
    }

    private void ExpireOrWait()
    {
        lock (sync)
        {
            if (pauses > 0 || disposed)
            {
                return;
            }

            var left = limit + paused - time.GetElapsedTime(startedAt);
            if (left > TimeSpan.Zero)
            {
                // Whole milliseconds, rounded up: timers know no finer unit.
                timer.Change(left < LongestTimer ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)) : LongestTimer, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        expired();
    }
}

using System.Diagnostics;

namespace DurableQueue.Storage;

/// <summary>A timer of a <see cref="Dispatcher"/>, by the machine's monotonic clock.</summary>
internal sealed class DispatcherTimer(Dispatcher dispatcher, TimerCallback callback, object? state) : ITimer
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1_000);

    private readonly long number = dispatcher.NumberTimer();
    private long periodTicks;
    private volatile bool disposed;

    /// <summary>The earliest first.</summary>
    public static Comparer<DispatcherTimer> ByDue { get; } =
        Comparer<DispatcherTimer>.Create((x, y) => x.Due != y.Due ? x.Due.CompareTo(y.Due) : x.number.CompareTo(y.number));

    /// <summary>In ticks of <see cref="Stopwatch"/>; <see cref="long.MaxValue"/> for never. Kept by the dispatcher.</summary>
    public long Due { get; set; } = long.MaxValue;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (disposed)
        {
            return false;
        }

        Volatile.Write(ref periodTicks, period <= TimeSpan.Zero ? 0 : Ticks(period));
        dispatcher.Set(this, dueTime < TimeSpan.Zero ? long.MaxValue : Stopwatch.GetTimestamp() + Ticks(dueTime));
        return true;
    }

    public long NextAfter(long now) => Volatile.Read(ref periodTicks) is var period and > 0 ? now + period : long.MaxValue;

    /// <summary>One call of the callback.</summary>
    public DispatcherItem Fire() => new Call(this);

    public void Dispose()
    {
        disposed = true;
        dispatcher.Set(this, long.MaxValue);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static long Ticks(TimeSpan span) => (long)((span < Longest ? span : Longest).TotalSeconds * Stopwatch.Frequency);

    private sealed class Call(DispatcherTimer timer) : DispatcherItem
    {
        protected override void OnStart()
        {
            if (!timer.disposed)
            {
                timer.Run();
            }
        }
    }

    private void Run() => callback(state);
}

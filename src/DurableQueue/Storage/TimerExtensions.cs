namespace DurableQueue.Storage;

/// <summary>Timers that fire once, set by a look at the clock.</summary>
internal static class TimerExtensions
{
    /// <summary>What timers know.</summary>
    private static readonly TimeSpan Unit = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Sets the timer, and again if the clock moved on before it was set (the thread was held up, or a test moves the clock): it would be late.
    /// </summary>
    /// <param name="timer">The timer, made by <paramref name="time"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="readLeft">Reads from the clock in how long it is to fire.</param>
    public static void SetOnce(this ITimer timer, TimeProvider time, Func<TimeSpan> readLeft)
    {
        long readAt;
        do
        {
            readAt = time.GetTimestamp();
            timer.Change(readLeft(), Timeout.InfiniteTimeSpan);
        }
        while (time.GetElapsedTime(readAt) >= Unit);
    }
}

namespace DurableQueue.Testing;

/// <summary>When the attempts that have a timeout reach it, by the clock of the store; waiting for people does not count.</summary>
internal sealed class AttemptLimits(TimeProvider time)
{
    private readonly Dictionary<TaskId, long> limits = [];

    public void Begin(LeasedTask task)
    {
        if (task.Timeout is { } timeout)
        {
            limits[task.Id] = time.GetTimestamp() + Ticks(timeout);
        }
        else
        {
            limits.Remove(task.Id);
        }
    }

    /// <summary>The timeout did not count for so long.</summary>
    public void PutOff(TaskId task, TimeSpan by)
    {
        if (limits.TryGetValue(task, out var limit))
        {
            limits[task] = limit + Ticks(by);
        }
    }

    /// <returns><see langword="null"/> if the attempt has no timeout.</returns>
    public TimeSpan? Left(TaskId task) => limits.TryGetValue(task, out var limit) ? time.GetElapsedTime(time.GetTimestamp(), limit) : null;

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}

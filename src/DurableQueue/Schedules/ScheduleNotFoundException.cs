namespace DurableQueue;

/// <summary>There is no schedule of this name.</summary>
public sealed class ScheduleNotFoundException : DurableQueueException
{
    /// <summary>Names the missing schedule.</summary>
    public ScheduleNotFoundException(string schedule)
        : base($"There is no schedule '{schedule}'.") => Schedule = schedule;

    /// <summary>The missing schedule.</summary>
    public string Schedule { get; }
}

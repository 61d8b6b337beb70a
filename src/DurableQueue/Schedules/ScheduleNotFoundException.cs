namespace DurableQueue;

/// <summary>Thrown when a schedule doesn't exist.</summary>
public sealed class ScheduleNotFoundException : DurableQueueException
{
    /// <summary>Creates an exception that names the missing schedule.</summary>
    public ScheduleNotFoundException(string schedule)
        : base($"The schedule '{schedule}' does not exist.") => Schedule = schedule;

    /// <summary>The name of the missing schedule.</summary>
    public string Schedule { get; }
}

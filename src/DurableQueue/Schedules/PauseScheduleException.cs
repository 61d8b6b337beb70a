namespace DurableQueue;

/// <summary>
/// Thrown by a handler when no further run of its schedule can succeed without someone's action, for example because credentials have expired. The task fails
/// permanently, and the schedule that enqueued it is paused with the message as the reason. If no schedule enqueued the task, it acts like a
/// <see cref="PermanentTaskException"/>.
/// </summary>
public class PauseScheduleException : PermanentTaskException
{
    /// <summary>Creates an exception with a default message.</summary>
    public PauseScheduleException()
    {
    }

    /// <summary>Creates an exception with a message, which is stored with the attempt and, truncated to 512 characters, with the schedule.</summary>
    public PauseScheduleException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it. Both are stored with the attempt.</summary>
    public PauseScheduleException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

namespace DurableQueue;

/// <summary>
/// Thrown by a handler to say that no further run of its schedule can succeed before somebody has done something, because credentials have expired
/// for example: the task fails for good, and the schedule that it is a run of is paused at once, with the text as the visible reason. In a task that
/// no schedule enqueued it is a <see cref="PermanentTaskException"/>.
/// </summary>
public class PauseScheduleException : PermanentTaskException
{
    /// <summary>A pause without a text.</summary>
    public PauseScheduleException()
    {
    }

    /// <summary>A pause with a text, which is kept with the attempt and, up to 512 characters of it, with the schedule.</summary>
    public PauseScheduleException(string message)
        : base(message)
    {
    }

    /// <summary>A pause with a text and a cause; both are kept with the attempt.</summary>
    public PauseScheduleException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

namespace DurableQueue;

/// <summary>Thrown by a handler when another attempt would not help: the task fails permanently, even if it has attempts left.</summary>
public class PermanentTaskException : DurableQueueException
{
    /// <summary>Creates an exception with a default message.</summary>
    public PermanentTaskException()
    {
    }

    /// <summary>Creates an exception with a message, which is stored with the attempt.</summary>
    public PermanentTaskException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it. Both are stored with the attempt.</summary>
    public PermanentTaskException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

namespace DurableQueue;

/// <summary>Thrown by a handler to say that trying again would not help: the task fails for good, whatever attempts are left.</summary>
public class PermanentTaskException : DurableQueueException
{
    /// <summary>A permanent failure without a text.</summary>
    public PermanentTaskException()
    {
    }

    /// <summary>A permanent failure with a text, which is kept with the attempt.</summary>
    public PermanentTaskException(string message)
        : base(message)
    {
    }

    /// <summary>A permanent failure with a text and a cause, both kept with the attempt.</summary>
    public PermanentTaskException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

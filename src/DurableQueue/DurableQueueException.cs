namespace DurableQueue;

/// <summary>The base class of the exceptions of a queue, except <see cref="ArgumentException"/> for invalid arguments.</summary>
public class DurableQueueException : Exception
{
    /// <summary>Creates an exception with a default message.</summary>
    public DurableQueueException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    public DurableQueueException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public DurableQueueException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

namespace DurableQueue;

/// <summary>The base of the errors a queue reports, apart from <see cref="ArgumentException"/> for a caller's mistakes.</summary>
public class DurableQueueException : Exception
{
    /// <summary>An error without a text.</summary>
    public DurableQueueException()
    {
    }

    /// <summary>An error with a text.</summary>
    public DurableQueueException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a text and a cause.</summary>
    public DurableQueueException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

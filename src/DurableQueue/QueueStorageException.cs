namespace DurableQueue;

/// <summary>Thrown when the store fails. The operation had no effect, unless the message says that this is unknown.</summary>
public sealed class QueueStorageException : DurableQueueException
{
    /// <summary>Creates an exception with a cause and a message.</summary>
    public QueueStorageException(QueueStorageError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>The cause.</summary>
    public QueueStorageError Error { get; }
}

namespace DurableQueue;

/// <summary>The store could not do what was asked. The operation was not done, unless the text says that this is not known.</summary>
public sealed class QueueStorageException : DurableQueueException
{
    /// <summary>Says what is wrong with the store.</summary>
    public QueueStorageException(QueueStorageError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>What is wrong.</summary>
    public QueueStorageError Error { get; }
}

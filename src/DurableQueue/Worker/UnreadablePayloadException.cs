namespace DurableQueue.Worker;

/// <summary>The stored payload is not what the handler reads.</summary>
internal sealed class UnreadablePayloadException(Type payload, string why, Exception? innerException)
    : DurableQueueException($"The payload cannot be read as {payload}: {why}", innerException);

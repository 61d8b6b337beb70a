namespace DurableQueue.Worker;

/// <summary>Thrown when a stored payload can't be read as the handler's payload type.</summary>
internal sealed class UnreadablePayloadException(Type payload, string why, Exception? innerException)
    : DurableQueueException($"The payload cannot be read as {payload}: {why}", innerException);

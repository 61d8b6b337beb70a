namespace DurableQueue;

/// <summary>Thrown when a watch starts at a sequence number whose records were pruned.</summary>
public sealed class HistoryPrunedException : DurableQueueException
{
    /// <summary>Creates an exception with the requested sequence number and the first one that is available.</summary>
    public HistoryPrunedException(long fromSequence, long firstAvailable)
        : base($"The records of finished tasks from sequence number {fromSequence} on were pruned. The first available sequence number is {firstAvailable}.")
    {
        FromSequence = fromSequence;
        FirstAvailable = firstAvailable;
    }

    /// <summary>The sequence number that was requested.</summary>
    public long FromSequence { get; }

    /// <summary>The first sequence number from which no record is missing.</summary>
    public long FirstAvailable { get; }
}

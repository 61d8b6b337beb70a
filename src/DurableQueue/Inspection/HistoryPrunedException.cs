namespace DurableQueue;

/// <summary>A watch asked for finishes that are no longer on record.</summary>
public sealed class HistoryPrunedException : DurableQueueException
{
    /// <summary>Names the number asked for and the first one from which the record is whole.</summary>
    public HistoryPrunedException(long fromSequence, long firstAvailable)
        : base($"Finishes from {fromSequence} on were pruned; the record is whole from {firstAvailable} on.")
    {
        FromSequence = fromSequence;
        FirstAvailable = firstAvailable;
    }

    /// <summary>The number that was asked for.</summary>
    public long FromSequence { get; }

    /// <summary>The first number from which nothing is missing.</summary>
    public long FirstAvailable { get; }
}

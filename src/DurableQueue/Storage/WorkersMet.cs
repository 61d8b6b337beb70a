namespace DurableQueue.Storage;

/// <summary>Which workers a queue has met.</summary>
internal enum WorkersMet
{
    None,

    /// <summary>All of them are stored as they are now.</summary>
    Stored,

    /// <summary>One is not stored as it is now.</summary>
    Unstored,
}

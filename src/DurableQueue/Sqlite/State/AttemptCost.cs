namespace DurableQueue.Sqlite;

/// <summary>What becomes of the reservation of an attempt when it ends.</summary>
internal enum AttemptCost
{
    /// <summary>The handler ended: the cost is what it reported, or the estimate if it reported nothing.</summary>
    AsReported,

    /// <summary>The lease expired, so what the attempt did is unknown: at least the estimate is charged.</summary>
    AtLeastEstimate,

    /// <summary>The task was released: only what the handler reported is charged.</summary>
    OnlyReported,
}

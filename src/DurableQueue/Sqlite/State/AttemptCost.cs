namespace DurableQueue.Sqlite;

/// <summary>What becomes of an attempt's reservation at its end.</summary>
internal enum AttemptCost
{
    /// <summary>The handler ended: what it reported is the cost; if it reported nothing, the estimate is.</summary>
    AsReported,

    /// <summary>Nobody knows what it did: at least the estimate is charged.</summary>
    AtLeastEstimate,

    /// <summary>It was given back: only what it reported is charged.</summary>
    OnlyReported,
}

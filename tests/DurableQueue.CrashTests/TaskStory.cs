namespace DurableQueue.CrashTests;

/// <summary>What the children said about one task.</summary>
internal sealed class TaskStory
{
    /// <summary>Its payload, once the enqueue was acknowledged.</summary>
    public string? Key { get; set; }

    /// <summary>Tokens of acknowledged checkouts.</summary>
    public HashSet<long> CheckedOut { get; } = [];

    /// <summary>Tokens that a complete was tried with.</summary>
    public HashSet<long> CompleteTried { get; } = [];

    /// <summary>The token of the acknowledged complete.</summary>
    public long? Completed { get; set; }

    /// <summary>Tokens that a fail was tried with, and whether it was to be permanent.</summary>
    public Dictionary<long, bool> FailTried { get; } = [];

    /// <summary>Tokens of acknowledged fails.</summary>
    public HashSet<long> Failed { get; } = [];

    /// <summary>Tokens of acknowledged releases.</summary>
    public HashSet<long> Released { get; } = [];

    /// <summary>Tokens that a checkpoint was tried with.</summary>
    public HashSet<long> CheckpointTried { get; } = [];

    /// <summary>The highest token whose checkpoint was acknowledged.</summary>
    public long Checkpointed { get; set; }

    public bool CancelTried { get; set; }

    /// <summary>An acknowledged cancel found it queued and ended it.</summary>
    public bool Cancelled { get; set; }

    public bool RetryTried { get; set; }
}

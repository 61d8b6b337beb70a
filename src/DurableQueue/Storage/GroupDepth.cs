namespace DurableQueue.Storage;

/// <summary>How much of a group waits, and for how long.</summary>
internal sealed record GroupDepth(string Group, long Ready, long Scheduled, long Blocked, TimeSpan? OldestReadyAge);

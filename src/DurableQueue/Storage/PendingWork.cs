namespace DurableQueue.Storage;

/// <summary>What others left to do.</summary>
/// <param name="NextDeadlineMs">When something is next to be done by the clock; <see cref="long.MaxValue"/> for never.</param>
/// <param name="AnyCascade">A stored dependency cascade is not worked off.</param>
internal readonly record struct PendingWork(long NextDeadlineMs, bool AnyCascade);

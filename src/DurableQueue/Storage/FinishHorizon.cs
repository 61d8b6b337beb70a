namespace DurableQueue.Storage;

/// <summary>How far the record of finishes goes.</summary>
/// <param name="Sequence">The number of the latest finish.</param>
/// <param name="PrunedThrough">The highest number that was pruned.</param>
/// <param name="Removals">Rises when tasks are deleted.</param>
internal readonly record struct FinishHorizon(long Sequence, long PrunedThrough, long Removals);

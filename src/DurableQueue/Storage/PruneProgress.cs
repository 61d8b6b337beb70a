namespace DurableQueue.Storage;

/// <summary>How far a prune has come.</summary>
/// <param name="Deleted">What the chunk deleted.</param>
/// <param name="Through">Pass it to the next chunk, which begins after it.</param>
/// <param name="IsLast">There is no chunk after this one.</param>
internal readonly record struct PruneProgress(int Deleted, long Through, bool IsLast);

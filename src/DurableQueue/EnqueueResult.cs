namespace DurableQueue;

/// <summary>What an enqueue did.</summary>
/// <param name="Id">The new task, or the one that holds the same <see cref="NewTask.DedupKey"/>.</param>
/// <param name="Created"><see langword="false"/> if the key was taken and nothing was written.</param>
public readonly record struct EnqueueResult(TaskId Id, bool Created);

namespace DurableQueue;

/// <summary>The result of an enqueue.</summary>
/// <param name="Id">The id of the new task, or of the task that holds the same <see cref="NewTask.DedupKey"/>.</param>
/// <param name="Created"><see langword="false"/> if another task holds the key; nothing was written then.</param>
public readonly record struct EnqueueResult(TaskId Id, bool Created);

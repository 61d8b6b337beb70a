namespace DurableQueue;

/// <summary>There is no task with this id: it never existed, or was removed or pruned.</summary>
public sealed class TaskNotFoundException : DurableQueueException
{
    /// <summary>Names the missing task.</summary>
    public TaskNotFoundException(TaskId id)
        : base($"There is no task {id}.") => Id = id;

    /// <summary>The missing task.</summary>
    public TaskId Id { get; }
}

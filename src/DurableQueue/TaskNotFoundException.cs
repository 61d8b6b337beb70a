namespace DurableQueue;

/// <summary>Thrown when a task doesn't exist: it never did, or it was removed or pruned.</summary>
public sealed class TaskNotFoundException : DurableQueueException
{
    /// <summary>Creates an exception that names the missing task.</summary>
    public TaskNotFoundException(TaskId id)
        : base($"Task {id} does not exist.") => Id = id;

    /// <summary>The id of the missing task.</summary>
    public TaskId Id { get; }
}

namespace DurableQueue;

/// <summary>Thrown when the state of a task doesn't allow a call. Nothing has changed.</summary>
public sealed class TaskStateException : DurableQueueException
{
    /// <summary>Creates an exception with the task, its state and a message.</summary>
    public TaskStateException(TaskId id, TaskState state, string message)
        : base(message)
    {
        Id = id;
        State = state;
    }

    /// <summary>The id of the task.</summary>
    public TaskId Id { get; }

    /// <summary>The state of the task.</summary>
    public TaskState State { get; }
}

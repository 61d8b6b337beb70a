namespace DurableQueue;

/// <summary>The task is in a state where the call makes no sense; nothing was changed.</summary>
public sealed class TaskStateException : DurableQueueException
{
    /// <summary>Names the task, its state, and says why.</summary>
    public TaskStateException(TaskId id, TaskState state, string message)
        : base(message)
    {
        Id = id;
        State = state;
    }

    /// <summary>The task.</summary>
    public TaskId Id { get; }

    /// <summary>The state it is in.</summary>
    public TaskState State { get; }
}

namespace DurableQueue;

/// <summary>Thrown when the result of a task was awaited and the task did not succeed.</summary>
public sealed class TaskFailedException : DurableQueueException
{
    /// <summary>Creates an exception with the task, its outcome and its error.</summary>
    /// <param name="id">The id of the task.</param>
    /// <param name="outcome">The outcome of the task.</param>
    /// <param name="error">The error of the task: <see cref="TaskInfo.LastError"/>.</param>
    public TaskFailedException(TaskId id, TaskOutcome outcome, string? error)
        : base($"Task {id} ended with {outcome}{(string.IsNullOrEmpty(error) ? "." : $": {error}")}")
    {
        Id = id;
        Outcome = outcome;
        Error = error;
    }

    /// <summary>The id of the task.</summary>
    public TaskId Id { get; }

    /// <summary>The outcome of the task; never <see cref="TaskOutcome.Succeeded"/>.</summary>
    public TaskOutcome Outcome { get; }

    /// <summary>The error of the task: <see cref="TaskInfo.LastError"/>.</summary>
    public string? Error { get; }
}

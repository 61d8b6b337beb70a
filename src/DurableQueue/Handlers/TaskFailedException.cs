namespace DurableQueue;

/// <summary>A task whose result was awaited did not succeed.</summary>
public sealed class TaskFailedException : DurableQueueException
{
    /// <summary>Names the task and says how it ended.</summary>
    /// <param name="id">The task.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="error">The error of its last attempt, or why it was cancelled, rejected or dependency-failed.</param>
    public TaskFailedException(TaskId id, TaskOutcome outcome, string? error)
        : base($"Task {id} ended {outcome}{(string.IsNullOrEmpty(error) ? "." : $": {error}")}")
    {
        Id = id;
        Outcome = outcome;
        Error = error;
    }

    /// <summary>The task.</summary>
    public TaskId Id { get; }

    /// <summary>How it ended; never <see cref="TaskOutcome.Succeeded"/>.</summary>
    public TaskOutcome Outcome { get; }

    /// <summary>The error of its last attempt, or why it was cancelled, rejected or dependency-failed.</summary>
    public string? Error { get; }
}

namespace DurableQueue;

/// <summary>Thrown when a graph is not valid. It lists all errors.</summary>
public sealed class TaskGraphException : ArgumentException
{
    /// <summary>Creates an exception with the errors.</summary>
    public TaskGraphException(IReadOnlyList<TaskGraphError> errors)
        : base(string.Join('\n', (errors ?? throw new ArgumentNullException(nameof(errors))).Select(error => error.Message))) => Errors = errors;

    /// <summary>The errors, in the order of the tasks.</summary>
    public IReadOnlyList<TaskGraphError> Errors { get; }
}

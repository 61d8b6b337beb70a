namespace DurableQueue;

/// <summary>A graph that cannot be submitted; all that is wrong with it.</summary>
public sealed class TaskGraphException : ArgumentException
{
    /// <summary>Lists what is wrong.</summary>
    public TaskGraphException(IReadOnlyList<TaskGraphError> errors)
        : base(string.Join('\n', (errors ?? throw new ArgumentNullException(nameof(errors))).Select(error => error.Message))) => Errors = errors;

    /// <summary>What is wrong, in the order of the tasks.</summary>
    public IReadOnlyList<TaskGraphError> Errors { get; }
}

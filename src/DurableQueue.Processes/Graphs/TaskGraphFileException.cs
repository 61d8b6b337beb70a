namespace DurableQueue.Processes;

/// <summary>A graph file has errors. All of them are reported at once.</summary>
public sealed class TaskGraphFileException : FormatException
{
    /// <summary>Creates the exception; its message lists the errors, one per line.</summary>
    public TaskGraphFileException(IReadOnlyList<TaskGraphFileError> errors)
        : base(string.Join('\n', errors ?? throw new ArgumentNullException(nameof(errors)))) => Errors = errors;

    /// <summary>The errors in the order of the file; at most 100.</summary>
    public IReadOnlyList<TaskGraphFileError> Errors { get; }
}

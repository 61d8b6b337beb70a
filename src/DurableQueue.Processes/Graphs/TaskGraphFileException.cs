namespace DurableQueue.Processes;

/// <summary>A graph file that cannot be used; all that is wrong with it.</summary>
public sealed class TaskGraphFileException : FormatException
{
    /// <summary>Lists what is wrong.</summary>
    public TaskGraphFileException(IReadOnlyList<TaskGraphFileError> errors)
        : base(string.Join('\n', errors ?? throw new ArgumentNullException(nameof(errors)))) => Errors = errors;

    /// <summary>What is wrong, in the order of the file; at most 100.</summary>
    public IReadOnlyList<TaskGraphFileError> Errors { get; }
}

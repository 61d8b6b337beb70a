namespace DurableQueue.Processes;

/// <summary>Options for reading a graph file.</summary>
public sealed record TaskGraphFileOptions
{
    /// <summary>The format. Default <see cref="TaskGraphFileFormat.Detect"/>.</summary>
    public TaskGraphFileFormat Format { get; init; }

    /// <summary>
    /// The working directory of commands without <c>working_dir</c>, and the base of a relative one; an absolute path. If <see langword="null"/> (default), commands
    /// without it run in the worker's directory, and a relative one is relative to the current directory of this process.
    /// </summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>
    /// The environment that the <c>env</c> of a command is added to. If <see langword="null"/> (default), commands without <c>env</c> get the worker's environment,
    /// and commands with it that of this process.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }
}

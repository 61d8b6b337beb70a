namespace DurableQueue.Processes;

/// <summary>How a graph file is read.</summary>
public sealed record TaskGraphFileOptions
{
    /// <summary>Default <see cref="TaskGraphFileFormat.Detect"/>.</summary>
    public TaskGraphFileFormat Format { get; init; }

    /// <summary>
    /// An absolute path: where commands run that name no <c>working_dir</c>, and what a relative one is relative to. <see langword="null"/> (default): commands that
    /// name none run where the worker does, and relative ones are relative to the current directory of this process.
    /// </summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>
    /// What the <c>env</c> of a command is added to. <see langword="null"/> (default): commands without <c>env</c> get the worker's environment, the others that of
    /// this process.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }
}

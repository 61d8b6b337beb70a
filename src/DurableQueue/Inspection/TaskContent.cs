namespace DurableQueue;

/// <summary>The parts of a task that <see cref="TaskInfo"/> doesn't contain.</summary>
public sealed record TaskContent
{
    /// <summary>The payload.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The stored result; <see langword="null"/> if there is none.</summary>
    public ReadOnlyMemory<byte>? Result { get; init; }

    /// <summary>The dependencies of the task with their states, ordered by id.</summary>
    public required IReadOnlyList<DependencyInfo> Dependencies { get; init; }
}

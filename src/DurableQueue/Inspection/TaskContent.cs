namespace DurableQueue;

/// <summary>What <see cref="TaskInfo"/> leaves out of one task, read together.</summary>
public sealed record TaskContent
{
    /// <summary>The payload.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The stored result; <see langword="null"/> if there is none.</summary>
    public ReadOnlyMemory<byte>? Result { get; init; }

    /// <summary>What it waits for, or waited for, and how each of it stands; by id.</summary>
    public required IReadOnlyList<DependencyInfo> Dependencies { get; init; }
}

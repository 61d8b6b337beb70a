namespace DurableQueue.Storage;

/// <summary>New settings of a group; what is <see langword="null"/> stays.</summary>
internal sealed record GroupChange
{
    public int? Parallelism { get; init; }

    /// <summary>A group that is resumed settles the tasks that were doomed meanwhile.</summary>
    public bool? Paused { get; init; }

    public bool? PauseOnFailure { get; init; }
}

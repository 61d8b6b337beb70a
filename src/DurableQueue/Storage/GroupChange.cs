namespace DurableQueue.Storage;

/// <summary>New settings of a group; what is <see langword="null"/> stays.</summary>
internal sealed record GroupChange
{
    public int? Parallelism { get; init; }

    /// <summary>Resuming a group fails the tasks that were doomed while it was paused.</summary>
    public bool? Paused { get; init; }

    public bool? PauseOnFailure { get; init; }
}

namespace DurableQueue;

/// <summary>A task type that the queue has stored tasks of, or that this process has a handler for.</summary>
public sealed record TaskTypeInfo
{
    /// <summary>The task type.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// What its handler does: the <see cref="HandlerOptions.Description"/> in this process, or that of the router's candidate. <see langword="null"/> if this process
    /// knows none.
    /// </summary>
    public string? Description { get; init; }

    /// <summary>Whether this process has a handler for it, whether or not it has workers.</summary>
    public bool HandledHere { get; init; }

    /// <summary>How many live workers, of all processes, take tasks of this type from at least one group.</summary>
    public int LiveWorkers { get; init; }

    /// <summary>Whether a task of this type is ready.</summary>
    public bool HasReady { get; init; }

    /// <summary>How many tasks of this type are queued; <see langword="null"/> if more than 10,000 tasks are unfinished in the queue: then they are not counted.</summary>
    public long? Queued { get; init; }
}

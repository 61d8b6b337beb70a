namespace DurableQueue;

/// <summary>One attempt that succeeded.</summary>
/// <param name="Lease">The lease of the attempt.</param>
/// <param name="Result">Kept with the task; at most 16 MiB unless the queue is set otherwise.</param>
public readonly record struct TaskCompletion(Lease Lease, ReadOnlyMemory<byte> Result = default)
{
    /// <summary>Raised in the same transaction, unless the lease is lost; <see langword="null"/> (default) means none.</summary>
    public NewNotification? Notification { get; init; }
}

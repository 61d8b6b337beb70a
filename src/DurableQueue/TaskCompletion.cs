namespace DurableQueue;

/// <summary>The completion of one attempt.</summary>
/// <param name="Lease">The lease of the attempt.</param>
/// <param name="Result">The result, stored with the task. At most 16 MiB by default; the queue's options can change the limit.</param>
public readonly record struct TaskCompletion(Lease Lease, ReadOnlyMemory<byte> Result = default)
{
    /// <summary>A notification that is published in the same transaction, unless the lease is lost. <see langword="null"/>, the default, means none.</summary>
    public NewNotification? Notification { get; init; }
}

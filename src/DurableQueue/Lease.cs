namespace DurableQueue;

/// <summary>The right to settle one attempt of a task. A later checkout of the task invalidates it.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Token">The fencing token. It rises with every checkout of the task, and is checked whenever the lease is used.</param>
/// <param name="ExpiresAt">
/// When the lease may be reaped unless a heartbeat renews it. An expired lease is valid until it is reaped: only the token is checked.
/// </param>
public readonly record struct Lease(TaskId TaskId, long Token, DateTimeOffset ExpiresAt);

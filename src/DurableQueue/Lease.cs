namespace DurableQueue;

/// <summary>The right to finish one attempt of a task. A later checkout of the task makes it worthless.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Token">The fencing token: strictly rising per task, compared on every use of the lease.</param>
/// <param name="ExpiresAt">When it may be taken back unless a heartbeat renews it. Only the token decides whether it still counts.</param>
public readonly record struct Lease(TaskId TaskId, long Token, DateTimeOffset ExpiresAt);

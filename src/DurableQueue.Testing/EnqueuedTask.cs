namespace DurableQueue.Testing;

/// <summary>A task that a test found in the queue.</summary>
/// <typeparam name="TPayload">What its payload was read as.</typeparam>
/// <param name="Task">The task as it stood when it was read.</param>
/// <param name="Payload">Its payload.</param>
public sealed record EnqueuedTask<TPayload>(TaskInfo Task, TPayload Payload)
    where TPayload : notnull;

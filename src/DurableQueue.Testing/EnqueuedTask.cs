namespace DurableQueue.Testing;

/// <summary>A task that a test found in the queue.</summary>
/// <typeparam name="TPayload">The type of the payload.</typeparam>
/// <param name="Task">A snapshot of the task.</param>
/// <param name="Payload">The payload.</param>
public sealed record EnqueuedTask<TPayload>(TaskInfo Task, TPayload Payload)
    where TPayload : notnull;

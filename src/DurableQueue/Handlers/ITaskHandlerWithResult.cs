namespace DurableQueue;

/// <summary>The code for one task type that gives a result, which is stored with the task.</summary>
/// <typeparam name="TPayload">
/// What the task's JSON payload is read as; <see cref="ReadOnlyMemory{T}"/> of bytes, or <see cref="Stream"/>, gets the stored bytes as they are.
/// </typeparam>
/// <typeparam name="TResult">
/// What is stored: as JSON, or byte for byte if it is <see cref="ReadOnlyMemory{T}"/> of bytes; at most 16 MiB unless the queue is set otherwise,
/// else the attempt fails.
/// </typeparam>
/// <remarks>Everything else is as for <see cref="ITaskHandler{TPayload}"/>.</remarks>
public interface ITaskHandler<in TPayload, TResult>
{
    /// <summary>Does the work of one attempt and gives its result.</summary>
    /// <param name="payload">The payload, never null.</param>
    /// <param name="context">The task, and the way to report progress.</param>
    /// <param name="cancellationToken">Fires when the attempt should stop, as for <see cref="ITaskHandler{TPayload}"/>.</param>
    /// <exception cref="PermanentTaskException">Thrown by the handler: trying again would not help.</exception>
    Task<TResult> HandleAsync(TPayload payload, TaskContext context, CancellationToken cancellationToken);
}

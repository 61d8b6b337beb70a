namespace DurableQueue;

/// <summary>Handles the tasks of one type and returns a result, which is stored with the task.</summary>
/// <typeparam name="TPayload">
/// The type that the JSON payload is deserialized to. With <see cref="ReadOnlyMemory{T}"/> of bytes or <see cref="Stream"/>, the handler gets the stored bytes.
/// </typeparam>
/// <typeparam name="TResult">
/// The type of the result, which is stored as JSON, or unchanged if it is a <see cref="ReadOnlyMemory{T}"/> of bytes. A result of more than 16 MiB
/// (by default; the queue's options can change the limit) fails the attempt.
/// </typeparam>
/// <remarks>In all other respects it is like <see cref="ITaskHandler{TPayload}"/>.</remarks>
public interface ITaskHandler<in TPayload, TResult>
{
    /// <summary>Runs one attempt and returns the result.</summary>
    /// <param name="payload">The payload; never <see langword="null"/>.</param>
    /// <param name="context">The task, and operations on it such as reporting progress.</param>
    /// <param name="cancellationToken">Cancelled when the attempt should stop, as in <see cref="ITaskHandler{TPayload}"/>.</param>
    /// <exception cref="PermanentTaskException">Thrown by the handler if another attempt would not help.</exception>
    Task<TResult> HandleAsync(TPayload payload, TaskContext context, CancellationToken cancellationToken);
}

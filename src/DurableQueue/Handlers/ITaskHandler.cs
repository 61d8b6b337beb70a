namespace DurableQueue;

/// <summary>Handles the tasks of one type. An instance is created for every attempt, in its own DI scope.</summary>
/// <typeparam name="TPayload">
/// The type that the JSON payload is deserialized to. With <see cref="ReadOnlyMemory{T}"/> of bytes or <see cref="Stream"/>, the handler gets the stored bytes.
/// </typeparam>
/// <remarks>
/// If the handler returns, the task succeeds; if it throws, the attempt fails, and the task is retried according to its settings. If the process
/// crashes during the call, the attempt is lost, and the next attempt starts from the beginning: make sure that the work can be repeated.
/// </remarks>
public interface ITaskHandler<in TPayload>
{
    /// <summary>Runs one attempt.</summary>
    /// <param name="payload">The payload; never <see langword="null"/>.</param>
    /// <param name="context">The task, and operations on it such as reporting progress.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the task is cancelled, its timeout expires, its lease is lost, or the host's shutdown time is over. The handler should then stop with an
    /// <see cref="OperationCanceledException"/>. If it completes its work instead, that counts unless the lease is lost.
    /// </param>
    /// <exception cref="PermanentTaskException">Thrown by the handler if another attempt would not help.</exception>
    Task HandleAsync(TPayload payload, TaskContext context, CancellationToken cancellationToken);
}

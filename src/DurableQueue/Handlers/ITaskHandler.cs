namespace DurableQueue;

/// <summary>The code for one task type. Made anew, in a DI scope of its own, for every attempt.</summary>
/// <typeparam name="TPayload">
/// What the task's JSON payload is read as; <see cref="ReadOnlyMemory{T}"/> of bytes, or <see cref="Stream"/>, gets the stored bytes as they are.
/// </typeparam>
/// <remarks>
/// Returning ends the task with success; throwing fails the attempt, and the task is tried again as its settings say. A crash of the process
/// during the call loses the attempt, and the next one starts from the beginning: make the work safe to repeat.
/// </remarks>
public interface ITaskHandler<in TPayload>
{
    /// <summary>Does the work of one attempt.</summary>
    /// <param name="payload">The payload, never null.</param>
    /// <param name="context">The task, and the way to report progress.</param>
    /// <param name="cancellationToken">
    /// Fires when the task is cancelled, its timeout is over, its lease is lost, or the host shuts down and cannot wait longer. Stop then, with
    /// <see cref="OperationCanceledException"/>; finishing the work instead is accepted unless the lease is lost.
    /// </param>
    /// <exception cref="PermanentTaskException">Thrown by the handler: trying again would not help.</exception>
    Task HandleAsync(TPayload payload, TaskContext context, CancellationToken cancellationToken);
}

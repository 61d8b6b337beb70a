namespace DurableQueue;

/// <summary>Handles the tasks of one type without reading a payload, and returns a result.</summary>
/// <typeparam name="TResult">The type of the result, which is stored as in <see cref="ITaskHandler{TPayload, TResult}"/>.</typeparam>
/// <remarks>In all other respects it is like <see cref="ITaskHandler"/>.</remarks>
public interface ITaskHandlerWithResult<TResult>
{
    /// <summary>Runs one attempt and returns the result.</summary>
    /// <param name="context">The task, and operations on it such as reporting progress.</param>
    /// <param name="cancellationToken">Cancelled when the attempt should stop, as in <see cref="ITaskHandler{TPayload}"/>.</param>
    /// <exception cref="PermanentTaskException">Thrown by the handler if another attempt would not help.</exception>
    Task<TResult> HandleAsync(TaskContext context, CancellationToken cancellationToken);
}

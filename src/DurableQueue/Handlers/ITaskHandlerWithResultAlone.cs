namespace DurableQueue;

/// <summary>The code for one task type whose tasks need no payload, but give a result.</summary>
/// <typeparam name="TResult">What is stored, as for <see cref="ITaskHandler{TPayload, TResult}"/>.</typeparam>
/// <remarks>Everything else is as for <see cref="ITaskHandler"/>.</remarks>
public interface ITaskHandlerWithResult<TResult>
{
    /// <summary>Does the work of one attempt and gives its result.</summary>
    /// <param name="context">The task, and the way to report progress.</param>
    /// <param name="cancellationToken">Fires when the attempt should stop, as for <see cref="ITaskHandler{TPayload}"/>.</param>
    /// <exception cref="PermanentTaskException">Thrown by the handler: trying again would not help.</exception>
    Task<TResult> HandleAsync(TaskContext context, CancellationToken cancellationToken);
}

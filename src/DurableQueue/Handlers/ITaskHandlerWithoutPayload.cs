namespace DurableQueue;

/// <summary>The code for one task type whose tasks need no payload. Created in a DI scope of its own for every attempt.</summary>
/// <remarks>
/// A payload that a task has all the same is not read. Everything else is as for <see cref="ITaskHandler{TPayload}"/>. Registered with
/// <see cref="DurableQueueBuilder.AddHandler{THandler}(string, Action{HandlerOptions}?)"/>.
/// </remarks>
public interface ITaskHandler
{
    /// <summary>Does the work of one attempt.</summary>
    /// <param name="context">The task, and the way to report progress.</param>
    /// <param name="cancellationToken">Fires when the attempt should stop, as for <see cref="ITaskHandler{TPayload}"/>.</param>
    /// <exception cref="PermanentTaskException">Thrown by the handler: trying again would not help.</exception>
    Task HandleAsync(TaskContext context, CancellationToken cancellationToken);
}

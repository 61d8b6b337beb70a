namespace DurableQueue;

/// <summary>Handles the tasks of one type without reading a payload. An instance is created for every attempt, in its own DI scope.</summary>
/// <remarks>
/// If a task has a payload, it is ignored. In all other respects it is like <see cref="ITaskHandler{TPayload}"/>. Register it with
/// <see cref="DurableQueueBuilder.AddHandler{THandler}(string, Action{HandlerOptions}?)"/>.
/// </remarks>
public interface ITaskHandler
{
    /// <summary>Runs one attempt.</summary>
    /// <param name="context">The task, and operations on it such as reporting progress.</param>
    /// <param name="cancellationToken">Cancelled when the attempt should stop, as in <see cref="ITaskHandler{TPayload}"/>.</param>
    /// <exception cref="PermanentTaskException">Thrown by the handler if another attempt would not help.</exception>
    Task HandleAsync(TaskContext context, CancellationToken cancellationToken);
}

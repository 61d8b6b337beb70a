namespace DurableQueue;

/// <summary>Wraps every attempt of every handler of a queue. An instance is created for every attempt, in its DI scope.</summary>
/// <remarks>Register it with <see cref="DurableQueueBuilder.Use{TMiddleware}"/>. The middleware that is registered first is the outermost.</remarks>
public interface ITaskMiddleware
{
    /// <summary>Runs code before and after the rest of the attempt.</summary>
    /// <param name="context">The task and its attempt.</param>
    /// <param name="rest">
    /// Runs the rest of the attempt with the given token: the inner middleware, then the handler's resilience pipeline, then the handler, which only
    /// then reads its payload. If it is not called, the handler doesn't run, and the task succeeds without a result.
    /// </param>
    /// <param name="cancellationToken">Cancelled when the attempt should stop. Pass it, or a token linked to it, to <paramref name="rest"/>.</param>
    /// <remarks>An exception fails the attempt like an exception of the handler. Exceptions of the handler are thrown by <paramref name="rest"/>.</remarks>
    Task InvokeAsync(TaskContext context, Func<CancellationToken, Task> rest, CancellationToken cancellationToken);
}

namespace DurableQueue;

/// <summary>Runs around every attempt of every handler of a queue. Made anew, in the attempt's own DI scope, for every attempt.</summary>
/// <remarks>Registered with <see cref="DurableQueueBuilder.Use{TMiddleware}"/>; the first one registered is the outermost.</remarks>
public interface ITaskMiddleware
{
    /// <summary>Does what is wanted before and after the rest of the attempt.</summary>
    /// <param name="context">The task and its attempt.</param>
    /// <param name="rest">
    /// The rest: later middleware, then the handler's resilience pipeline, then the handler, which reads its payload there. Takes the token that
    /// the rest sees. Not called: the handler does not run, and the task ends with success and without a result.
    /// </param>
    /// <param name="cancellationToken">Fires when the attempt should stop; pass it, or one linked to it, to <paramref name="rest"/>.</param>
    /// <remarks>What it throws fails the attempt, as if the handler had thrown it; what the handler throws comes out of <paramref name="rest"/>.</remarks>
    Task InvokeAsync(TaskContext context, Func<CancellationToken, Task> rest, CancellationToken cancellationToken);
}

namespace DurableQueue;

/// <summary>
/// Chooses the type of tasks that were enqueued without one (<see cref="NewTask.AutoType"/>), before their first run, for example by asking a
/// language model. It is called under the task's lease. If it throws, chooses a type that isn't a candidate, or exceeds
/// <see cref="RouterOptions.Timeout"/>, the attempt fails, or <see cref="RouterOptions.DefaultType"/> is used if it is set.
/// </summary>
public interface ITaskRouter
{
    /// <summary>Chooses one of the candidates.</summary>
    /// <param name="request">The task and the candidates.</param>
    /// <param name="cancellationToken">Cancelled when the timeout expires, the task is cancelled, its lease is lost, or the host stops.</param>
    /// <returns>The choice; <see langword="null"/> if no candidate fits, which counts as a failure.</returns>
    ValueTask<RouteDecision?> RouteAsync(RoutingRequest request, CancellationToken cancellationToken);
}

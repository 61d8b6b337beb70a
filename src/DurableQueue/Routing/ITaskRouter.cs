namespace DurableQueue;

/// <summary>
/// Chooses the type of tasks that were enqueued without one (<see cref="NewTask.AutoType"/>), before their first run. A model call belongs here.
/// Called under the task's lease; what it throws, a choice that is no candidate, and taking longer than <see cref="RouterOptions.Timeout"/> fail
/// the attempt, or choose <see cref="RouterOptions.DefaultType"/>.
/// </summary>
public interface ITaskRouter
{
    /// <summary>Chooses one of the candidates.</summary>
    /// <param name="request">The task, and the types it can become.</param>
    /// <param name="cancellationToken">Fires when the time is over, the task is cancelled, its lease is lost, or the host stops.</param>
    /// <returns>The choice; <see langword="null"/> if none fits, which counts as a failure.</returns>
    ValueTask<RouteDecision?> RouteAsync(RoutingRequest request, CancellationToken cancellationToken);
}

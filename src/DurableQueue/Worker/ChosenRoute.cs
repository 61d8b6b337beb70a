namespace DurableQueue.Worker;

/// <summary>The type chosen for a task that was enqueued without one.</summary>
/// <param name="Decision">The type, and why.</param>
/// <param name="IsFallback">The router failed, and the default type was used.</param>
internal sealed record ChosenRoute(RouteDecision Decision, bool IsFallback);

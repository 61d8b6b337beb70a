namespace DurableQueue.Worker;

/// <summary>The type that a task without one is to have.</summary>
/// <param name="Choice">The type, and why.</param>
/// <param name="IsFallback">The router failed, and the default type was taken.</param>
internal sealed record Routing(RouteDecision Choice, bool IsFallback);

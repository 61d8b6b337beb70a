namespace DurableQueue;

/// <summary>A type that a task can be routed to.</summary>
/// <param name="Type">The task type.</param>
/// <param name="Description">What its handler does: <see cref="HandlerOptions.Description"/>.</param>
public sealed record RouteCandidate(string Type, string? Description = null);

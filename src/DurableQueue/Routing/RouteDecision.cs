namespace DurableQueue;

/// <summary>The choice of a router.</summary>
/// <param name="Type">The type of the task.</param>
/// <param name="Reason">The reason, for people; stored with the task and truncated to 4,096 characters.</param>
public sealed record RouteDecision(string Type, string? Reason = null);

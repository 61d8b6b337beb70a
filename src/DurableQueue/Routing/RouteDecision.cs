namespace DurableQueue;

/// <summary>What a router chose.</summary>
/// <param name="Type">The type that the task is to have.</param>
/// <param name="Reason">Why, for people; kept with the task, cut at 4,096 characters.</param>
public sealed record RouteDecision(string Type, string? Reason = null);

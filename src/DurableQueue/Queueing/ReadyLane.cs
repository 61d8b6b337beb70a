namespace DurableQueue.Queueing;

/// <summary>A type of which tasks are ready in a group.</summary>
internal sealed record ReadyLane(string Type, string Group);

namespace DurableQueue.Storage;

/// <summary>A dependency of a new task, as it is to be stored.</summary>
internal readonly record struct PlannedEdge(long Parent, DependencyCondition When, DependencyState State);

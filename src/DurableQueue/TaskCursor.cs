namespace DurableQueue;

/// <summary>A place between two tasks of a query's order, for reading the next page. Stays valid while tasks come and go.</summary>
/// <param name="Value">The id, or the finish sequence, of the last task before the place.</param>
public readonly record struct TaskCursor(long Value);

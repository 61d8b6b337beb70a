namespace DurableQueue;

/// <summary>A place between two tasks of a query's order, for reading the next page. Stays valid while tasks come and go.</summary>
/// <param name="Value">The id, or the finish sequence, of the last task before the place.</param>
public readonly record struct TaskCursor(long Value)
{
    /// <summary>
    /// What a query with a <see cref="TaskFilter"/> that has an order or a limit needs to know besides, to be kept with the value; <see langword="null"/> for other queries.
    /// </summary>
    public string? Key { get; init; }
}

namespace DurableQueue;

/// <summary>A position in the order of a query, from which the next page is read. It stays valid while tasks are added and removed.</summary>
/// <param name="Value">The id, or the finish sequence number, of the last task before the position.</param>
public readonly record struct TaskCursor(long Value)
{
    /// <summary>
    /// More of the position, for queries with a <see cref="TaskFilter"/> that has an order or a limit; <see langword="null"/> for other queries. If
    /// you store a cursor, store it together with the value.
    /// </summary>
    public string? Key { get; init; }
}

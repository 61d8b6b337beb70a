using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>In which order the tasks of a query are searched.</summary>
internal static class SearchOrder
{
    /// <summary>What is found has to be sorted, because no index has the order.</summary>
    public static bool IsSorted(TaskQuery query) =>
        query.Filter?.Order is { } field && field is not (TaskFilterField.Id or TaskFilterField.Enqueued or TaskFilterField.Ended);

    /// <summary>Whether an index gives the tasks of the query in its order, and few others: anything else goes through as many tasks as there are.</summary>
    public static bool IsServed(TaskQuery query) => query.Filter?.Order switch
    {
        null => query.Order switch
        {
            TaskOrder.Run => RunWalk.IsServed(query),
            TaskOrder.Finished or TaskOrder.FinishedDescending => FinishWalk.IsServed(query),
            _ => IdWalk.IsServed(query),
        },
        TaskFilterField.Id or TaskFilterField.Enqueued => IdWalk.IsServed(query),
        TaskFilterField.Ended => EndedWalk.IsServed(query),

        // All that match have to be read, before the first is known.
        _ => IdWalk.IsShort(query),
    };

    /// <summary>Begins to go through the tasks.</summary>
    /// <param name="connection">Where to read.</param>
    /// <param name="query">What is wanted.</param>
    /// <param name="after">The place to continue behind.</param>
    /// <param name="nowMs">The time.</param>
    public static TaskWalk Open(SqliteConnection connection, TaskQuery query, WalkPlace? after, long nowMs) => query.Filter?.Order switch
    {
        null => query.Order switch
        {
            TaskOrder.Run => new RunWalk(connection, query, after, nowMs),
            TaskOrder.Finished or TaskOrder.FinishedDescending =>
                new FinishWalk(connection, query, query.Order == TaskOrder.FinishedDescending, after?.Value, keyed: false, nowMs),
            _ => new IdWalk(connection, query, query.Order == TaskOrder.EnqueuedDescending, after?.Value, nowMs),
        },
        TaskFilterField.Id or TaskFilterField.Enqueued => new IdWalk(connection, query, query.Filter.Descending, after?.Value, nowMs),
        TaskFilterField.Ended => new EndedWalk(connection, query, query.Filter.Descending, after, nowMs),

        // The newest: those that people look for.
        _ => new IdWalk(connection, query, descending: true, after?.Value, nowMs),
    };
}

using DurableQueue.Queueing;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Pages of queries whose words say an order or a limit. Tasks that do not have the field of the order come last, either way round.</summary>
internal static class FilteredPages
{
    public static TaskPage Run(SqliteConnection connection, TaskQuery query, TaskFilter filter, long nowMs)
    {
        var position = QueryPosition.Read(query.Cursor);
        if (query.Cursor is not null && position is null)
        {
            throw QueryPosition.OfAnotherQuery();
        }

        nowMs = position?.NowMs ?? nowMs;
        var left = position?.Left ?? filter.Limit;
        var size = Math.Min(query.Limit, left ?? int.MaxValue);
        var rows = filter.Order switch
        {
            null => ByOrderOfQuery(connection, query with { Limit = size }, position, nowMs),
            TaskFilterField.Id or TaskFilterField.Enqueued =>
                ByOrderOfQuery(connection, query with { Limit = size, Order = filter.Descending ? TaskOrder.EnqueuedDescending : TaskOrder.Enqueued }, position, nowMs),
            TaskFilterField.Ended => ByFinish(connection, query with { Limit = size }, filter.Descending, position, nowMs),
            { } field => ByField(connection, query with { Limit = size }, field, filter.Descending, position, nowMs),
        };
        var page = rows.Take(size).ToList();
        left -= page.Count;
        var next = rows.Count > size && left != 0 ? new QueryPosition(page[^1].Place, left, nowMs, page[^1].Key).ToCursor() : (TaskCursor?)null;
        return new TaskPage([.. page.Select(row => row.Row.ToInfo(nowMs))], next);
    }

    private static List<PlacedRow> ByOrderOfQuery(SqliteConnection connection, TaskQuery query, QueryPosition? position, long nowMs)
    {
        var byFinish = query.Order is TaskOrder.Finished or TaskOrder.FinishedDescending;
        query = query with { Cursor = position is null ? null : new TaskCursor(position.Value) };
        return [.. TaskQueries.RunInOrder(connection, query, nowMs).Select(row => new PlacedRow(row, byFinish ? row.FinishSequence!.Value : row.Id, null))];
    }

    /// <summary>The finished ones by their own index, then those that have not ended.</summary>
    private static List<PlacedRow> ByFinish(SqliteConnection connection, TaskQuery query, bool descending, QueryPosition? position, long nowMs)
    {
        var rows = new List<PlacedRow>();
        if (position is null or { Key: not null })
        {
            var ended = query with
            {
                Order = descending ? TaskOrder.FinishedDescending : TaskOrder.Finished,
                Cursor = position is null ? null : new TaskCursor(position.Value),
            };
            rows.AddRange(TaskQueries.RunInOrder(connection, ended, nowMs).Select(row => new PlacedRow(row, row.FinishSequence!.Value, row.FinishSequence)));
        }

        if (rows.Count <= query.Limit)
        {
            var rest = query with
            {
                Order = descending ? TaskOrder.EnqueuedDescending : TaskOrder.Enqueued,
                States = [.. TaskQueries.Unfinished.Where(state => query.States?.Contains(state) ?? true)],
                Cursor = position is { Key: null } ? new TaskCursor(position.Value) : null,
            };
            rows.AddRange(TaskQueries.RunInOrder(connection, rest, nowMs).Select(row => new PlacedRow(row, row.Id, null)));
        }

        return rows;
    }

    /// <summary>Finds the ids first, so that only the tasks of the page are read whole.</summary>
    private static List<PlacedRow> ByField(SqliteConnection connection, TaskQuery query, TaskFilterField field, bool descending, QueryPosition? position, long nowMs)
    {
        var sql = new TaskSql();
        var path = TaskQueries.Path(sql, query);
        TaskQueries.AddConditions(sql, query, nowMs, path);
        sql.Parameters["@now"] = nowMs;
        sql.Parameters["@limit"] = query.Limit + 1;
        var key = FilterSql.Column(field);
        if (position is not null)
        {
            var behind = descending ? "<" : ">";
            sql.And(
                position.Key is null ? $"{key} IS NULL AND t.id {behind} @cursor" : $"({key} {behind} @key OR ({key} = @key AND t.id {behind} @cursor) OR {key} IS NULL)",
                "@cursor",
                position.Value);
            sql.Parameters["@key"] = position.Key;
        }

        var direction = descending ? "DESC" : "ASC";
        var found = sql.RunKeys(connection, key, path.From, $"ORDER BY {key} IS NULL, {key} {direction}, t.id {direction} LIMIT @limit");
        var byIds = new TaskSql();
        byIds.AndIn("t.id", "@ids", found.Select(row => row.Id));
        var rows = byIds.Run(connection, "FROM task t", "").ToDictionary(row => row.Id);
        return [.. found.Select(row => new PlacedRow(rows[row.Id], row.Id, row.Key))];
    }

    private readonly record struct PlacedRow(TaskInfoRow Row, long Place, object? Key);
}

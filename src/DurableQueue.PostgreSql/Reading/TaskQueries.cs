using DurableQueue.Queueing;
using Npgsql;

namespace DurableQueue.PostgreSql;

/// <summary>Pages of tasks. Tasks that do not have the field of an order come last, either way round.</summary>
internal sealed class TaskQueries(NpgsqlConnection connection, SchemaSql sql)
{
    private static readonly TaskState[] Unfinished = [TaskState.Queued, TaskState.CheckedOut];

    public async Task<TaskPage> RunAsync(TaskQuery query, long nowMs)
    {
        if (query.Filter is { } filter && (filter.HasOrder || filter.Limit is not null))
        {
            return await RunFilteredAsync(query, filter, nowMs).ConfigureAwait(false);
        }

        var rows = await RunInOrderAsync(query, nowMs).ConfigureAwait(false);
        var page = rows.Take(query.Limit).ToList();
        var next = rows.Count > query.Limit ? new TaskCursor(IsByFinish(query) ? page[^1].FinishSequence : page[^1].Id) : (TaskCursor?)null;
        return new TaskPage([.. page.Select(row => row.ToInfo(nowMs))], next);
    }

    /// <summary>In the order of the query, one row more than its limit if there is one.</summary>
    public Task<List<TaskInfoRow>> RunInOrderAsync(TaskQuery query, long nowMs)
    {
        var (byFinish, descending) = (IsByFinish(query), query.Order is TaskOrder.EnqueuedDescending or TaskOrder.FinishedDescending);
        var select = new TaskSql();
        AddConditions(select, query, nowMs);
        var column = byFinish ? "t.finish_sequence" : "t.id";
        if (byFinish)
        {
            select.And("t.state >= 2");
        }

        // Given always: with a bound the first page, too, is a search of the index.
        select.And($"{column} {(descending ? "<" : ">")} {select.Number(query.Cursor?.Value ?? (descending ? long.MaxValue : 0))}");
        return select.ReadAsync(connection, sql, $"ORDER BY {column}{(descending ? " DESC" : "")} LIMIT {select.Number((long)query.Limit + 1)}");
    }

    private static bool IsByFinish(TaskQuery query) => query.Order is TaskOrder.Finished or TaskOrder.FinishedDescending;

    private static void AddConditions(TaskSql select, TaskQuery query, long nowMs)
    {
        if (query.Ids is not null)
        {
            select.And($"t.id = ANY ({select.Numbers(query.Ids.Select(id => id.Value))})");
        }

        if (query.States is not null)
        {
            select.And($"t.state = ANY ({select.Numbers(query.States.Select(state => (long)state))})");
            if (query.States.All(Unfinished.Contains))
            {
                // As the index of those says it.
                select.And(query.States.All(state => state == TaskState.CheckedOut) ? "t.state = 1" : "t.state < 2");
            }
        }

        if (query.Outcomes is not null)
        {
            select.And($"t.outcome = ANY ({select.Numbers(query.Outcomes.Select(outcome => (long)outcome))})");
        }

        if (query.Groups is not null)
        {
            select.And($"g.name = ANY ({select.Texts(query.Groups)})");
        }

        if (query.Types is not null)
        {
            select.And($"y.name = ANY ({select.Texts(query.Types)})");
        }

        if (query.Label is not null)
        {
            select.And($"t.label = {select.Text(query.Label)}");
        }

        if (query.LabelPrefix is not null)
        {
            select.AndLabelPrefix(query.LabelPrefix);
        }

        if (query.Holds is { } holds)
        {
            // A delay that has passed no longer holds a task, even before it is promoted.
            select.And(
                $"t.state = 0 AND (CASE WHEN t.not_before_at_ms <= {select.Number(nowMs)} THEN t.holds & ~2 ELSE t.holds END) & "
                + $"{select.Parameter(NpgsqlTypes.NpgsqlDbType.Integer, (int)holds)} <> 0");
        }

        if (query.Filter is not null)
        {
            FilterSql.Add(select, query.Filter.Condition, nowMs);
        }
    }

    private async Task<TaskPage> RunFilteredAsync(TaskQuery query, TaskFilter filter, long nowMs)
    {
        var position = QueryPosition.Read(query.Cursor);
        if (query.Cursor is not null && position is null)
        {
            throw new ArgumentException("Cursor must be from a page of the same query.", nameof(TaskQuery.Cursor));
        }

        nowMs = position?.NowMs ?? nowMs;
        var left = position?.Left ?? filter.Limit;
        var size = Math.Min(query.Limit, left ?? int.MaxValue);
        query = query with { Limit = size };
        var rows = filter.Order switch
        {
            null => await ByOrderOfQueryAsync(query, position, nowMs).ConfigureAwait(false),
            TaskFilterField.Id or TaskFilterField.Enqueued => await ByOrderOfQueryAsync(
                query with { Order = filter.Descending ? TaskOrder.EnqueuedDescending : TaskOrder.Enqueued }, position, nowMs).ConfigureAwait(false),
            TaskFilterField.Ended => await ByFinishAsync(query, filter.Descending, position, nowMs).ConfigureAwait(false),
            { } field => await ByFieldAsync(query, field, filter.Descending, position, nowMs).ConfigureAwait(false),
        };
        var page = rows.Take(size).ToList();
        left -= page.Count;
        var next = rows.Count > size && left != 0 ? new QueryPosition(page[^1].Place, left, nowMs, page[^1].Key).ToCursor() : (TaskCursor?)null;
        return new TaskPage([.. page.Select(row => row.Row.ToInfo(nowMs))], next);
    }

    private async Task<List<PlacedRow>> ByOrderOfQueryAsync(TaskQuery query, QueryPosition? position, long nowMs)
    {
        query = query with { Cursor = position is null ? null : new TaskCursor(position.Value) };
        var byFinish = IsByFinish(query);
        return (await RunInOrderAsync(query, nowMs).ConfigureAwait(false)).ConvertAll(row => new PlacedRow(row, byFinish ? row.FinishSequence : row.Id, null));
    }

    /// <summary>The finished ones by their own index, then those that have not ended.</summary>
    private async Task<List<PlacedRow>> ByFinishAsync(TaskQuery query, bool descending, QueryPosition? position, long nowMs)
    {
        var rows = new List<PlacedRow>();
        if (position is null or { Key: not null })
        {
            var ended = query with
            {
                Order = descending ? TaskOrder.FinishedDescending : TaskOrder.Finished,
                Cursor = position is null ? null : new TaskCursor(position.Value),
            };
            rows.AddRange((await RunInOrderAsync(ended, nowMs).ConfigureAwait(false)).Select(row => new PlacedRow(row, row.FinishSequence, row.FinishSequence)));
        }

        if (rows.Count <= query.Limit)
        {
            var rest = query with
            {
                Order = descending ? TaskOrder.EnqueuedDescending : TaskOrder.Enqueued,
                States = [.. Unfinished.Where(state => query.States?.Contains(state) ?? true)],
                Cursor = position is { Key: null } ? new TaskCursor(position.Value) : null,
            };
            rows.AddRange((await RunInOrderAsync(rest, nowMs).ConfigureAwait(false)).Select(row => new PlacedRow(row, row.Id, null)));
        }

        return rows;
    }

    /// <summary>Finds the ids first, so that only the tasks of the page are read whole.</summary>
    private async Task<List<PlacedRow>> ByFieldAsync(TaskQuery query, TaskFilterField field, bool descending, QueryPosition? position, long nowMs)
    {
        var select = new TaskSql();
        AddConditions(select, query, nowMs);
        var key = FilterSql.Column(select, field, nowMs);
        if (position is not null)
        {
            var (behind, place) = (descending ? "<" : ">", select.Number(position.Value));
            var last = position.Key switch
            {
                null => null,
                string text => select.Text(text),
                var number => select.Number((long)number),
            };
            select.And(last is null
                ? $"{key} IS NULL AND t.id {behind} {place}"
                : $"({key} {behind} {last} OR ({key} = {last} AND t.id {behind} {place}) OR {key} IS NULL)");
        }

        var direction = descending ? "DESC" : "ASC";
        var found = await select.ReadKeysAsync(
            connection, sql, key, $"ORDER BY {key} IS NULL, {key} {direction}, t.id {direction} LIMIT {select.Number((long)query.Limit + 1)}").ConfigureAwait(false);
        var byIds = new TaskSql();
        byIds.And($"t.id = ANY ({byIds.Numbers(found.Select(row => row.Id))})");
        var rows = (await byIds.ReadAsync(connection, sql, "").ConfigureAwait(false)).ToDictionary(row => row.Id);
        return found.ConvertAll(row => new PlacedRow(rows[row.Id], row.Id, row.Key));
    }

    private readonly record struct PlacedRow(TaskInfoRow Row, long Place, object? Key);
}

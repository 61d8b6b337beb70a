using DurableQueue.Lifecycle;
using DurableQueue.Queueing;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Pages of tasks. Each order has the index that gives it, so that a page costs its own length and not the file's.</summary>
internal static class TaskQueries
{
    public static readonly TaskState[] Unfinished = [TaskState.Queued, TaskState.CheckedOut];

    public static TaskPage Run(SqliteConnection connection, TaskQuery query, long nowMs)
    {
        if (query.Filter is { } filter && (filter.HasOrder || filter.Limit is not null))
        {
            return FilteredPages.Run(connection, query, filter, nowMs);
        }

        var byFinish = query.Order is TaskOrder.Finished or TaskOrder.FinishedDescending;
        var rows = RunInOrder(connection, query, nowMs);
        var more = rows.Count > query.Limit;
        var page = rows.Take(query.Limit).ToList();
        var last = page.LastOrDefault();
        return new TaskPage([.. page.Select(row => row.ToInfo(nowMs))], more ? new TaskCursor(byFinish ? last!.FinishSequence!.Value : last!.Id) : null);
    }

    /// <summary>In the order of the query, one row more than its limit if there is one; may give more.</summary>
    public static List<TaskInfoRow> RunInOrder(SqliteConnection connection, TaskQuery query, long nowMs) =>
        query.Order is TaskOrder.Finished or TaskOrder.FinishedDescending ? RunByFinish(connection, query, nowMs) : RunById(connection, query, nowMs);

    private static List<TaskInfoRow> RunById(SqliteConnection connection, TaskQuery query, long nowMs)
    {
        var sql = new TaskSql();
        var from = From(sql, query);
        AddConditions(sql, query, nowMs);
        var descending = query.Order == TaskOrder.EnqueuedDescending;
        var order = descending ? "t.id DESC" : "t.id";
        if (from == TaskBlockSql.Tasks)
        {
            // The plus keeps the cursor from being where the search in each block begins.
            sql.And(descending ? "block.id <= @cursor >> 6 AND +t.id < @cursor" : "block.id >= @cursor >> 6 AND +t.id > @cursor");
            order = descending ? "block.id DESC, t.id DESC" : "block.id, t.id";
        }
        else
        {
            // Given always: with a bound the first page, too, is a search of the index.
            sql.And(descending ? "t.id < @cursor" : "t.id > @cursor");
        }

        sql.Parameters["@cursor"] = query.Cursor?.Value ?? (descending ? long.MaxValue : 0);
        sql.Parameters["@limit"] = query.Limit + 1;
        return sql.Run(connection, from, $"ORDER BY {order} LIMIT @limit");
    }

    /// <summary>What to walk along: the shortest of the ways that give the tasks in the order of their ids. Adds what that way asks for.</summary>
    public static string From(TaskSql sql, TaskQuery query)
    {
        var states = query.Filter is { } filter ? [.. FilterSql.StatesOf(filter.Condition).Intersect(query.States ?? Enum.GetValues<TaskState>())] : query.States;
        var label = query.Label ?? (query.Filter is null ? null : FilterSql.LabelOf(query.Filter.Condition));
        var from = "FROM task t";
        if (query.Ids is not null || (query.Filter is not null && FilterSql.HasIds(query.Filter.Condition)))
        {
            // The ids are looked up.
        }
        else if (label is not null)
        {
            from = "FROM task t INDEXED BY task_label";
            sql.And("t.label = @label", "@label", label);
        }
        else if (states is not null && states.All(Unfinished.Contains))
        {
            from = TaskBlockSql.Tasks;
            sql.And($"block.id >= 0 AND t.state < {TaskStateCode.FirstFinished}");
            if (states.All(state => state == TaskState.CheckedOut))
            {
                sql.And("block.checked_out > 0");
            }
        }

        if (query.States is not null)
        {
            sql.AndIn("t.state", "@states", query.States.Select(state => (int)state));
        }

        return from;
    }

    /// <summary>The index is by state and number: one short run for each state, merged here. May give more rows than the limit.</summary>
    public static List<TaskInfoRow> RunByFinish(SqliteConnection connection, TaskQuery query, long nowMs)
    {
        var descending = query.Order == TaskOrder.FinishedDescending;
        var rows = new List<TaskInfoRow>();
        foreach (var state in Transitions.FinishedStates.Where(state => MayBeIn(state, query)))
        {
            var sql = new TaskSql();
            sql.And($"t.state >= {TaskStateCode.FirstFinished} AND t.state = @state", "@state", (int)state);
            AddConditions(sql, query, nowMs);
            if (query.Cursor is { } cursor)
            {
                sql.And(descending ? "t.finish_sequence < @cursor" : "t.finish_sequence > @cursor", "@cursor", cursor.Value);
            }

            sql.Parameters["@limit"] = query.Limit + 1;
            rows.AddRange(sql.Run(
                connection,
                "FROM task t INDEXED BY task_finished",
                descending ? "ORDER BY t.finish_sequence DESC LIMIT @limit" : "ORDER BY t.finish_sequence LIMIT @limit"));
        }

        return [.. descending ? rows.OrderByDescending(row => row.FinishSequence) : rows.OrderBy(row => row.FinishSequence)];
    }

    private static bool MayBeIn(TaskState state, TaskQuery query) =>
        query.States?.Contains(state) != false && (query.Filter is null || FilterSql.StatesOf(query.Filter.Condition).Contains(state));

    /// <summary>All that the query asks for beside states and the cursor.</summary>
    public static void AddConditions(TaskSql sql, TaskQuery query, long nowMs)
    {
        if (query.Ids is not null)
        {
            sql.AndIn("t.id", "@ids", query.Ids.Select(id => id.Value));
        }

        if (query.Outcomes is not null)
        {
            sql.AndIn("t.outcome", "@outcomes", query.Outcomes.Select(outcome => (int)outcome));
        }

        if (query.Groups is not null)
        {
            sql.AndIn("g.name", "@groups", query.Groups);
        }

        if (query.Types is not null)
        {
            sql.AndIn("y.name", "@types", query.Types);
        }

        if (query.Label is not null)
        {
            sql.And("t.label = @label", "@label", query.Label);
        }

        if (query.LabelPrefix is not null)
        {
            sql.AndLabelPrefix(query.LabelPrefix);
        }

        if (query.Holds is { } holds)
        {
            // A delay that has passed no longer holds a task, even before it is promoted.
            sql.And($"t.state = {TaskStateCode.Queued} AND (CASE WHEN t.not_before_at_ms <= @now THEN t.holds & ~{HoldCode.NotBefore} ELSE t.holds END) & @holds <> 0");
            sql.Parameters["@now"] = nowMs;
            sql.Parameters["@holds"] = (int)holds;
        }

        if (query.Filter is not null)
        {
            FilterSql.Add(sql, query.Filter.Condition, nowMs);
        }
    }
}

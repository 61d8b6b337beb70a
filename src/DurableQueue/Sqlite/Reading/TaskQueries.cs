using DurableQueue.Lifecycle;
using DurableQueue.Queueing;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Pages of tasks. Each order has the index that gives it, so that a page costs its own length and not the file's.</summary>
internal static class TaskQueries
{
    /// <summary>Finished tasks of one state, by their numbers.</summary>
    public static readonly TaskPath OfOneState = new("FROM task t INDEXED BY task_finished") { CoversStates = true };

    private const string ActiveBlocks = "SELECT id FROM task_block INDEXED BY task_block_leased WHERE checked_out > 0";

    private const string TasksAwaitingApproval =
        $"SELECT task_id FROM task_approval INDEXED BY task_approval_pending WHERE state = {RequestCode.Pending} AND in_run = 0";

    private const string TasksHeldByBudget = "SELECT task_id FROM budget_parked";

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
        var path = Path(sql, query);
        AddConditions(sql, query, nowMs, path);
        var descending = query.Order == TaskOrder.EnqueuedDescending;
        var order = AddPlace(sql, path, descending, query.Cursor?.Value);
        sql.Parameters["@limit"] = query.Limit + 1;
        return sql.Run(connection, path.From, $"{order} LIMIT @limit");
    }

    /// <summary>Continues behind an id. Given always: with a bound the first page, too, is a search of the index.</summary>
    /// <returns>The order of the ids.</returns>
    public static string AddPlace(TaskSql sql, TaskPath path, bool descending, long? after)
    {
        sql.Parameters["@cursor"] = after ?? (descending ? long.MaxValue : 0);
        if (path.ByBlock)
        {
            // The plus keeps the cursor from being where the search in each block begins.
            sql.AndSearch(descending ? "block.id <= @cursor >> 6 AND +t.id < @cursor" : "block.id >= @cursor >> 6 AND +t.id > @cursor");
            return descending ? "ORDER BY block.id DESC, t.id DESC" : "ORDER BY block.id, t.id";
        }

        sql.AndSearch(descending ? "t.id < @cursor" : "t.id > @cursor");
        return descending ? "ORDER BY t.id DESC" : "ORDER BY t.id";
    }

    /// <summary>What to walk along: the shortest of the ways that give the tasks in the order of their ids. Adds what that way asks for.</summary>
    public static TaskPath Path(TaskSql sql, TaskQuery query)
    {
        var states = StatesOf(query);
        var label = query.Label ?? (query.Filter is null ? null : FilterSql.LabelOf(query.Filter.Condition));
        var holds = query.Holds ?? (query.Filter is null ? null : FilterSql.HoldsOf(query.Filter.Condition));
        if (query.Ids is not null || (query.Filter is not null && FilterSql.HasIds(query.Filter.Condition)))
        {
            return new TaskPath("FROM task t") { ById = true, IsShort = query.Ids is not null };
        }

        if (label is not null)
        {
            sql.AndSearch("t.label = @label");
            sql.Parameters["@label"] = label;
            return new TaskPath("FROM task t INDEXED BY task_label") { CoversLabel = label };
        }

        if (holds is TaskHolds.Approval or TaskHolds.Budget)
        {
            // Those that have the hold are listed beside the tasks.
            sql.AndSearch($"t.state = {TaskStateCode.Queued} AND t.id IN ({(holds == TaskHolds.Approval ? TasksAwaitingApproval : TasksHeldByBudget)})");
            return new TaskPath("FROM task t") { CoversHolds = holds };
        }

        if (states is null || !states.All(Unfinished.Contains))
        {
            return new TaskPath("FROM task t") { ById = true };
        }

        var active = states.All(state => state == TaskState.CheckedOut);
        sql.AndSearch(active ? $"block.id IN ({ActiveBlocks})" : "block.id >= 0");
        sql.AndSearch(
            active ? $"t.state = {TaskStateCode.CheckedOut}"
            : states.Contains(TaskState.CheckedOut) ? $"t.state < {TaskStateCode.FirstFinished}"
            : $"t.state = {TaskStateCode.Queued}");
        return new TaskPath(TaskBlockSql.Tasks) { ByBlock = true, IsShort = active, CoversStates = states.Count > 0 };
    }

    /// <summary>The states that a match can be in; <see langword="null"/> for any.</summary>
    public static IReadOnlyList<TaskState>? StatesOf(TaskQuery query) =>
        query.Filter is { } filter ? [.. FilterSql.StatesOf(filter.Condition).Intersect(query.States ?? Enum.GetValues<TaskState>())] : query.States;

    /// <summary>The index is by state and number: one short run for each state, merged here. May give more rows than the limit.</summary>
    public static List<TaskInfoRow> RunByFinish(SqliteConnection connection, TaskQuery query, long nowMs)
    {
        var descending = query.Order == TaskOrder.FinishedDescending;
        var rows = new List<TaskInfoRow>();
        foreach (var state in Transitions.FinishedStates.Where(state => MayBeIn(state, query)))
        {
            var sql = new TaskSql();
            sql.And($"t.state >= {TaskStateCode.FirstFinished} AND t.state = @state", "@state", (int)state);
            AddConditions(sql, query, nowMs, OfOneState);
            if (query.Cursor is { } cursor)
            {
                sql.And(descending ? "t.finish_sequence < @cursor" : "t.finish_sequence > @cursor", "@cursor", cursor.Value);
            }

            sql.Parameters["@limit"] = query.Limit + 1;
            rows.AddRange(sql.Run(
                connection,
                OfOneState.From,
                descending ? "ORDER BY t.finish_sequence DESC LIMIT @limit" : "ORDER BY t.finish_sequence LIMIT @limit"));
        }

        return [.. descending ? rows.OrderByDescending(row => row.FinishSequence) : rows.OrderBy(row => row.FinishSequence)];
    }

    public static bool MayBeIn(TaskState state, TaskQuery query) => StatesOf(query)?.Contains(state) != false;

    /// <summary>All that the query asks for, beside the cursor and what its path covers.</summary>
    public static void AddConditions(TaskSql sql, TaskQuery query, long nowMs, TaskPath path)
    {
        if (query.Ids is not null)
        {
            const string Listed = "t.id IN (SELECT value FROM json_each(@ids))";
            sql.Parameters["@ids"] = StoredJson.WriteList(query.Ids.Select(id => id.Value));
            if (path.ById)
            {
                sql.AndSearch(Listed);
            }
            else
            {
                sql.And(Listed);
            }
        }

        if (query.States is not null && !path.CoversStates)
        {
            sql.AndIn("t.state", "@states", query.States.Select(state => (int)state));
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

        if (query.Label is not null && path.CoversLabel is null)
        {
            sql.And("t.label = @label", "@label", query.Label);
        }

        if (query.LabelPrefix is not null)
        {
            sql.AndLabelPrefix(query.LabelPrefix);
        }

        if (query.Holds is { } holds && path.CoversHolds != holds)
        {
            // A delay that has passed no longer holds a task, even before it is promoted.
            sql.And($"t.state = {TaskStateCode.Queued} AND (CASE WHEN t.not_before_at_ms <= @now THEN t.holds & ~{HoldCode.NotBefore} ELSE t.holds END) & @holds <> 0");
            sql.Parameters["@now"] = nowMs;
            sql.Parameters["@holds"] = (int)holds;
        }

        if (query.Filter is not null)
        {
            FilterSql.Add(sql, query.Filter.Condition, nowMs, path);
        }
    }
}

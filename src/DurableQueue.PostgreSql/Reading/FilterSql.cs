using DurableQueue.Queueing;
using NpgsqlTypes;

namespace DurableQueue.PostgreSql;

/// <summary>
/// Says the condition of a <see cref="TaskFilter"/> in SQL: constant pieces, and every value a parameter. Each test is true or false and never NULL, so that its
/// opposite is its "NOT".
/// </summary>
internal sealed class FilterSql
{
    private const string Queued = "t.state = 0";

    /// <summary>The outcomes of tasks that ran: succeeded, failed, timed out, abandoned, killed.</summary>
    private const string Ran = "1, 2, 3, 4, 8";

    private readonly TaskSql sql;
    private readonly string now;
    private readonly string stale;

    private FilterSql(TaskSql sql, long nowMs)
    {
        this.sql = sql;
        now = sql.Number(nowMs);
        stale = sql.Number(nowMs - (long)PostgresReader.StaleAfter.TotalMilliseconds);
    }

    /// <summary>Adds the condition to a query, each part that must hold by itself, so that an index can serve it.</summary>
    public static void Add(TaskSql sql, TaskFilterNode condition, long nowMs)
    {
        var translation = new FilterSql(sql, nowMs);
        foreach (var part in condition is TaskFilterNode.All all ? all.Parts : [condition])
        {
            sql.And(translation.Translate(part));
        }
    }

    /// <summary>What a field is in SQL; NULL where a task does not have it.</summary>
    public static string Column(TaskSql sql, TaskFilterField field, long nowMs) => new FilterSql(sql, nowMs).Column(field);

    private string Column(TaskFilterField field) => field switch
    {
        TaskFilterField.Id or TaskFilterField.Enqueued => "t.id",
        TaskFilterField.Status => "t.state",
        TaskFilterField.Group => "g.name",
        TaskFilterField.Label => "t.label",
        TaskFilterField.Type => "y.name",
        TaskFilterField.Command => PayloadAsText(),
        TaskFilterField.Priority => "-t.rank",
        TaskFilterField.Attempt => "t.attempt",
        TaskFilterField.Started => "t.started_at_ms",
        TaskFilterField.Ended => "t.finish_sequence",
        TaskFilterField.Duration =>
            $"(CASE WHEN t.state = 1 THEN {now} - t.started_at_ms WHEN t.outcome IN ({Ran}) THEN t.finished_at_ms - t.started_at_ms END)",
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "Tasks have no one value of it."),
    };

    /// <summary>What a task is held for now; a delay that has passed no longer holds it.</summary>
    private string Holds => $"(CASE WHEN t.not_before_at_ms <= {now} THEN t.holds & ~2 ELSE t.holds END)";

    /// <summary>A text of the payload: as it stands, or a list of texts with spaces between them.</summary>
    private string PayloadAsText()
    {
        var text = PayloadText.Command;
        return $"((CASE WHEN y.name = {sql.Text(text.Type)} THEN durable_queue.payload_text(t.payload, {sql.Text(text.Property)}, {sql.Text(text.ListProperty)}) END) COLLATE \"C\")";
    }

    private string Translate(TaskFilterNode node) => node switch
    {
        TaskFilterNode.All { Parts.Count: 0 } => "true",
        TaskFilterNode.All all => $"({string.Join(" AND ", all.Parts.Select(Translate))})",
        TaskFilterNode.Any any => $"({string.Join(" OR ", any.Parts.Select(Translate))})",
        TaskFilterNode.Test { Negated: true } test => $"NOT {Test(test)}",
        TaskFilterNode.Test test => Test(test),
        _ => throw new ArgumentOutOfRangeException(nameof(node), node, "No such node."),
    };

    private string Test(TaskFilterNode.Test test) => test.Field switch
    {
        // Nothing depends on a task yet.
        TaskFilterField.After => test.IsNone ? "true" : "false",
        TaskFilterField.Status => Status(test),
        TaskFilterField.Enqueued => Time(test, "t.enqueued_at_ms"),
        TaskFilterField.Started => Time(test, "t.started_at_ms"),
        TaskFilterField.Ended => Time(test, "t.finished_at_ms"),
        _ when test.IsNone => $"({Column(test.Field)} IS NULL)",
        TaskFilterField.Group or TaskFilterField.Label or TaskFilterField.Type or TaskFilterField.Command =>
            Compare(test, Column(test.Field), () => sql.Texts(test.Texts), () => sql.Text(test.Texts[0])),
        _ => Compare(test, Column(test.Field), () => sql.Numbers(test.Numbers), () => sql.Number(test.Numbers[0])),
    };

    private string Status(TaskFilterNode.Test test)
    {
        var pieces = new List<string>();
        if (test.States.Count > 0)
        {
            pieces.Add($"t.state = ANY ({sql.Numbers(test.States.Select(state => (long)state))})");
        }

        if (test.Outcomes.Count > 0)
        {
            pieces.Add($"t.outcome = ANY ({sql.Numbers(test.Outcomes.Select(outcome => (long)outcome))})");
        }

        if (test.Holds != TaskHolds.None)
        {
            pieces.Add($"({Queued} AND {Holds} & {sql.Parameter(NpgsqlDbType.Integer, (int)test.Holds)} <> 0)");
        }

        if (test.Ready)
        {
            pieces.Add($"({Queued} AND {Holds} = 0)");
        }

        pieces.AddRange(test.Obstacles.Select(Obstacle));
        return $"({string.Join(" OR ", pieces)})";
    }

    /// <summary>Urgent tasks pass the limit and the pause of their group. There are no dependencies and budgets yet.</summary>
    private string Obstacle(TaskObstacle obstacle) => obstacle switch
    {
        TaskObstacle.Doomed or TaskObstacle.BudgetUsedUp => "false",
        TaskObstacle.GroupPaused => $"({Queued} AND g.paused AND l.urgent = 0)",
        TaskObstacle.GroupFull =>
            $"({Queued} AND {Holds} = 0 AND g.parallelism > 0 AND l.urgent = 0 AND (SELECT c.running FROM durable_queue.group_counts c WHERE c.id = g.id) >= g.parallelism)",
        _ => $"({Queued} AND NOT EXISTS (SELECT 1 FROM durable_queue.worker w WHERE w.last_seen_at_ms > {stale} "
            + "AND (w.types IS NULL OR y.name = ANY (w.types)) AND (w.group_names IS NULL OR g.name = ANY (w.group_names))))",
    };

    private string Time(TaskFilterNode.Test test, string column)
    {
        if (test.IsNone)
        {
            return $"({column} IS NULL)";
        }

        return test.Operator == TaskFilterOperator.Equal
            ? $"(EXISTS (SELECT 1 FROM unnest({sql.Numbers(test.Times.Select(time => time.From))}, {sql.Numbers(test.Times.Select(time => time.Until))}) AS s (f, u) "
              + $"WHERE {column} >= s.f AND {column} < s.u))"
            : Compare(test, column, () => "", () => sql.Number(test.Times[0].From));
    }

    private static string Compare(TaskFilterNode.Test test, string column, Func<string> all, Func<string> first) => test.Operator switch
    {
        TaskFilterOperator.Equal => $"coalesce({column} = ANY ({all()}), false)",
        TaskFilterOperator.Contains => $"coalesce(strpos({column}, {first()}) > 0, false)",
        _ => $"coalesce({column} {Symbol(test.Operator)} {first()}, false)",
    };

    private static string Symbol(TaskFilterOperator comparison) => comparison switch
    {
        TaskFilterOperator.Less => "<",
        TaskFilterOperator.LessOrEqual => "<=",
        TaskFilterOperator.Greater => ">",
        TaskFilterOperator.GreaterOrEqual => ">=",
        _ => throw new ArgumentOutOfRangeException(nameof(comparison), comparison, "No order."),
    };
}

using DurableQueue.Lifecycle;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>
/// Says the condition of a <see cref="TaskFilter"/> in SQL: constant pieces, and every value a parameter. Each test is true or false and never NULL, so that its
/// opposite is its "NOT".
/// </summary>
internal sealed class FilterSql
{
    /// <summary>What a task is held for now; a delay that has passed no longer holds it.</summary>
    private const string Holds = $"(CASE WHEN t.not_before_at_ms <= @now THEN t.holds & ~{HoldCode.NotBefore} ELSE t.holds END)";

    /// <summary>A text of the payload: as it stands, or a list of texts with spaces between them.</summary>
    private const string Text =
        """
        (CASE WHEN y.name = @text_type AND json_valid(CAST(b.payload AS TEXT)) THEN coalesce(
          CAST(json_extract(CAST(b.payload AS TEXT), @text_property) AS TEXT),
          (SELECT group_concat(value, ' ') FROM (SELECT value FROM json_each(CAST(b.payload AS TEXT), @text_list) ORDER BY key))) END)
        """;

    private const string Queued = $"t.state = {TaskStateCode.Queued}";

    private const string Ready = $"{Queued} AND {Holds} = {HoldCode.None}";

    private const string UsedUp =
        $"(g.over_budget = 1 OR EXISTS (SELECT 1 FROM budget_meter m WHERE m.closed = 1 AND m.kind = {BudgetScopeCode.Type} AND m.name = y.name))";

    /// <summary>Workers that were seen lately. Whether their processes still run is not known here.</summary>
    private const string Served =
        """
        EXISTS (SELECT 1 FROM worker w WHERE w.last_seen_at_ms > @stale
          AND (w.types IS NULL OR y.name IN (SELECT value FROM json_each(w.types)))
          AND (w.group_names IS NULL OR g.name IN (SELECT value FROM json_each(w.group_names))))
        """;

    /// <summary>The outcomes of tasks that ran.</summary>
    private const string Ran =
        $"{OutcomeCode.Succeeded}, {OutcomeCode.Failed}, {OutcomeCode.TimedOut}, {OutcomeCode.Abandoned}, {OutcomeCode.Killed}";

    /// <summary>How long the latest attempt ran, or has been running. Tasks that ended without running have an end, and no duration.</summary>
    private const string Duration =
        $"(CASE WHEN t.state = {TaskStateCode.CheckedOut} THEN @now - t.started_at_ms WHEN t.outcome IN ({Ran}) THEN t.finished_at_ms - t.started_at_ms END)";

    private static readonly IReadOnlySet<TaskState> AllStates = Enum.GetValues<TaskState>().ToHashSet();
    private static readonly IReadOnlySet<TaskState> Finished = Transitions.FinishedStates.ToHashSet();
    private static readonly IReadOnlySet<TaskState> Unfinished = AllStates.Except(Finished).ToHashSet();

    private readonly TaskSql sql;
    private int parameters;

    private FilterSql(TaskSql sql) => this.sql = sql;

    /// <summary>Adds the condition to a query, each part that must hold by itself, so that an index can serve it.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="condition">The condition.</param>
    /// <param name="nowMs">The time.</param>
    /// <param name="path">What the tasks are found by: it is not asked for again.</param>
    public static void Add(TaskSql sql, TaskFilterNode condition, long nowMs, TaskPath path)
    {
        sql.Parameters["@now"] = nowMs;
        sql.Parameters["@stale"] = nowMs - (long)WorkerRecords.StaleAfter.TotalMilliseconds;
        sql.Parameters["@text_type"] = PayloadText.Command.Type;
        sql.Parameters["@text_property"] = $"$.{PayloadText.Command.Property}";
        sql.Parameters["@text_list"] = $"$.{PayloadText.Command.ListProperty}";
        var translation = new FilterSql(sql);
        foreach (var part in Parts(condition).Where(part => !path.Covers(part)))
        {
            if (path.ById && IsOfId(part))
            {
                sql.AndSearch(translation.Translate(part));
            }
            else
            {
                sql.And(translation.Translate(part));
            }
        }
    }

    /// <summary>What a field is in SQL; NULL where a task does not have it.</summary>
    public static string Column(TaskFilterField field) => field switch
    {
        TaskFilterField.Id or TaskFilterField.Enqueued => "t.id",
        TaskFilterField.Status => "t.state",
        TaskFilterField.Group => "g.name",
        TaskFilterField.Label => "t.label",
        TaskFilterField.Type => "y.name",
        TaskFilterField.Command => Text,
        TaskFilterField.Priority => "-t.rank",
        TaskFilterField.Attempt => "t.attempt",
        TaskFilterField.Started => "t.started_at_ms",
        TaskFilterField.Ended => "t.finish_sequence",
        TaskFilterField.Duration => Duration,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "Tasks have no one value of it."),
    };

    /// <summary>The label that every match has, if there is one.</summary>
    public static string? LabelOf(TaskFilterNode condition) =>
        Parts(condition).OfType<TaskFilterNode.Test>()
            .FirstOrDefault(test => test is { Field: TaskFilterField.Label, Operator: TaskFilterOperator.Equal, Negated: false, Texts.Count: 1 })?.Texts[0];

    /// <summary>Whether every match is one of a list of ids.</summary>
    public static bool HasIds(TaskFilterNode condition) => Parts(condition).Any(IsListOfIds);

    /// <summary>The holds of which every match has at least one, if the condition says so and no more.</summary>
    public static TaskHolds? HoldsOf(TaskFilterNode condition) => Parts(condition).Where(IsHolds).Select(part => (TaskHolds?)((TaskFilterNode.Test)part).Holds).FirstOrDefault();

    /// <summary>A part that says in which states a match is, and nothing else.</summary>
    public static bool IsStates(TaskFilterNode part) => part is TaskFilterNode.Test
    {
        Field: TaskFilterField.Status, Negated: false, Ready: false, Holds: TaskHolds.None, Outcomes.Count: 0, Obstacles.Count: 0,
    };

    /// <summary>A part that says which holds a match has, and nothing else.</summary>
    public static bool IsHolds(TaskFilterNode part) => part is TaskFilterNode.Test
    {
        Field: TaskFilterField.Status, Negated: false, Ready: false, Holds: not TaskHolds.None, States.Count: 0, Outcomes.Count: 0, Obstacles.Count: 0,
    };

    private static bool IsListOfIds(TaskFilterNode part) => part is TaskFilterNode.Test
    {
        Field: TaskFilterField.Id or TaskFilterField.After, Operator: TaskFilterOperator.Equal, Negated: false, IsNone: false,
    };

    private static bool IsOfId(TaskFilterNode part) => IsListOfIds(part) || part is TaskFilterNode.Test { Field: TaskFilterField.Id, Negated: false };

    /// <summary>The states that a match can be in.</summary>
    public static IReadOnlySet<TaskState> StatesOf(TaskFilterNode condition) => condition switch
    {
        TaskFilterNode.All all => all.Parts.Aggregate(AllStates, (states, part) => states.Intersect(StatesOf(part)).ToHashSet()),
        TaskFilterNode.Any any => any.Parts.SelectMany(StatesOf).ToHashSet(),
        TaskFilterNode.Test { Field: TaskFilterField.Status } test => StatesOfStatus(test),
        TaskFilterNode.Test { Field: TaskFilterField.Ended, IsNone: true } test => test.Negated ? Finished : Unfinished,
        TaskFilterNode.Test { Field: TaskFilterField.Ended, Negated: false } => Finished,
        _ => AllStates,
    };

    private static HashSet<TaskState> StatesOfStatus(TaskFilterNode.Test test)
    {
        var queued = test.Ready || test.Holds != TaskHolds.None || test.Obstacles.Count > 0;
        if (test.Negated)
        {
            return AllStates.Except(test.States).ToHashSet();
        }

        IEnumerable<TaskState> states = test.States;
        states = queued ? states.Append(TaskState.Queued) : states;
        return (test.Outcomes.Count > 0 ? states.Concat(Finished) : states).ToHashSet();
    }

    private static IReadOnlyList<TaskFilterNode> Parts(TaskFilterNode condition) => condition is TaskFilterNode.All all ? all.Parts : [condition];

    private string Translate(TaskFilterNode node) => node switch
    {
        TaskFilterNode.All { Parts.Count: 0 } => "1",
        TaskFilterNode.All all => $"({string.Join(" AND ", all.Parts.Select(Translate))})",
        TaskFilterNode.Any any => $"({string.Join(" OR ", any.Parts.Select(Translate))})",
        TaskFilterNode.Test { Negated: true } test => $"NOT {Test(test)}",
        TaskFilterNode.Test test => Test(test),
        _ => throw new ArgumentOutOfRangeException(nameof(node), node, "No such node."),
    };

    private string Test(TaskFilterNode.Test test) => test.Field switch
    {
        TaskFilterField.After when test.IsNone => "(NOT EXISTS (SELECT 1 FROM task_dependency d WHERE d.child = t.id))",
        TaskFilterField.After => $"(t.id IN (SELECT d.child FROM task_dependency d WHERE d.parent IN {List(test.Numbers)}))",
        TaskFilterField.Status => Status(test),
        TaskFilterField.Enqueued => Time(test, "t.enqueued_at_ms"),
        TaskFilterField.Started => Time(test, "t.started_at_ms"),
        TaskFilterField.Ended => Time(test, "t.finished_at_ms"),
        _ when test.IsNone => $"({Column(test.Field)} IS NULL)",
        TaskFilterField.Group or TaskFilterField.Label or TaskFilterField.Type or TaskFilterField.Command => Compare(test, Column(test.Field), test.Texts),
        _ => Compare(test, Column(test.Field), test.Numbers),
    };

    private string Status(TaskFilterNode.Test test)
    {
        var pieces = new List<string>();
        if (test.States.Count > 0)
        {
            pieces.Add($"t.state IN {List(test.States.Select(state => (int)state))}");
        }

        if (test.Outcomes.Count > 0)
        {
            pieces.Add($"t.outcome IN {List(test.Outcomes.Select(outcome => (int)outcome))}");
        }

        if (test.Holds != TaskHolds.None)
        {
            pieces.Add($"(t.state = {TaskStateCode.Queued} AND {Holds} & {Parameter((int)test.Holds)} <> 0)");
        }

        if (test.Ready)
        {
            pieces.Add($"(t.state = {TaskStateCode.Queued} AND {Holds} = {HoldCode.None})");
        }

        pieces.AddRange(test.Obstacles.Select(Obstacle));
        return $"({string.Join(" OR ", pieces)})";
    }

    /// <summary>Urgent tasks pass the limit and the pause of their group.</summary>
    private static string Obstacle(TaskObstacle obstacle) => obstacle switch
    {
        TaskObstacle.Doomed => $"({Queued} AND t.doomed = 1)",
        TaskObstacle.GroupPaused => $"({Queued} AND g.paused = 1 AND l.urgent = 0)",
        TaskObstacle.GroupFull => $"({Ready} AND g.parallelism > 0 AND g.running >= g.parallelism AND l.urgent = 0)",
        TaskObstacle.BudgetUsedUp => $"({Ready} AND {UsedUp})",
        _ => $"({Queued} AND NOT {Served})",
    };

    private string Time(TaskFilterNode.Test test, string column)
    {
        if (test.IsNone)
        {
            return $"({column} IS NULL)";
        }

        return test.Operator == TaskFilterOperator.Equal
            ? $"(EXISTS (SELECT 1 FROM json_each({Json(test.Times.Select(time => new[] { time.From, time.Until }))}) s "
              + $"WHERE {column} >= json_extract(s.value, '$[0]') AND {column} < json_extract(s.value, '$[1]')))"
            : Compare(test, column, [.. test.Times.Select(time => time.From)]);
    }

    private string Compare<T>(TaskFilterNode.Test test, string column, IReadOnlyList<T> values) => test.Operator switch
    {
        // On the id as it is, so that the search for it is seen.
        TaskFilterOperator.Equal when test.Field == TaskFilterField.Id => $"(t.id IN {List(values)})",
        TaskFilterOperator.Equal => $"ifnull({column} IN {List(values)}, 0)",
        TaskFilterOperator.Contains => $"ifnull(instr({column}, {Parameter(values[0])}) > 0, 0)",
        _ when test.Field == TaskFilterField.Id => $"(t.id {Symbol(test.Operator)} {Parameter(values[0])})",
        _ => $"ifnull({column} {Symbol(test.Operator)} {Parameter(values[0])}, 0)",
    };

    private static string Symbol(TaskFilterOperator comparison) => comparison switch
    {
        TaskFilterOperator.Less => "<",
        TaskFilterOperator.LessOrEqual => "<=",
        TaskFilterOperator.Greater => ">",
        TaskFilterOperator.GreaterOrEqual => ">=",
        _ => throw new ArgumentOutOfRangeException(nameof(comparison), comparison, "No order."),
    };

    private string List<T>(IEnumerable<T> values) => $"(SELECT value FROM json_each({Json(values)}))";

    private string Json<T>(IEnumerable<T> values) => Parameter(StoredJson.WriteList(values));

    private string Parameter(object? value)
    {
        var name = $"@f{parameters++}";
        sql.Parameters[name] = value;
        return name;
    }
}

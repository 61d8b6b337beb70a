using Dapper;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>One wait for selected tasks: looks at the record of finishes after each signal, and says when it is over.</summary>
internal sealed class TaskWait
{
    private const int IdsAtOnce = 5_000;

    private readonly TaskSelector selector;
    private readonly bool failFast;
    private readonly HashSet<long> pending = [];
    private readonly List<long> awaited = [];
    private long startSequence;
    private long nextSequence;
    private long removals;
    private bool sawFailure;

    public TaskWait(TaskSelector selector, bool failFast)
    {
        this.selector = selector;
        this.failFast = failFast;
    }

    /// <summary>The first look. Throws if an id is unknown.</summary>
    /// <returns>True if the wait is over.</returns>
    public bool Start(SqliteConnection connection)
    {
        var horizon = FinishLog.ReadHorizon(connection);
        startSequence = horizon.Sequence;
        nextSequence = horizon.Sequence + 1;
        removals = horizon.Removals;
        if (selector.Ids is null)
        {
            return !AnyUnfinished(connection);
        }

        awaited.AddRange(selector.Ids.Select(id => id.Value).Distinct());
        var known = new HashSet<long>();
        foreach (var row in ReadByIds(connection, awaited))
        {
            known.Add(row.Id);
            if (row.State < (long)TaskState.Done)
            {
                pending.Add(row.Id);
            }
            else
            {
                sawFailure |= row.State != (long)TaskState.Done;
            }
        }

        if (known.Count < awaited.Count)
        {
            throw new TaskNotFoundException(new TaskId(awaited.First(id => !known.Contains(id))));
        }

        return IsOver(connection);
    }

    /// <summary>A look after a signal.</summary>
    /// <returns>True if the wait is over.</returns>
    public bool Look(SqliteConnection connection)
    {
        var horizon = FinishLog.ReadHorizon(connection);
        if (horizon.Removals != removals)
        {
            // Rows are gone, perhaps some of ours, finished or not: only a look at each tells.
            removals = horizon.Removals;
            LookForRemoved(connection);
        }

        var more = true;
        while (more)
        {
            (var rows, more) = FinishLog.Read(connection, nextSequence);
            foreach (var row in rows)
            {
                nextSequence = row.FinishSequence!.Value + 1;
                var ours = selector.Ids is null ? Matches(row) : pending.Remove(row.Id);
                sawFailure |= ours && row.State != (long)TaskState.Done;
            }
        }

        return IsOver(connection);
    }

    public WaitSummary Summarise(SqliteConnection connection, long nowMs, TimeSpan elapsed, bool timedOut)
    {
        var tasks = ReadAwaited(connection).ConvertAll(row => row.ToInfo(nowMs));
        var gone = selector.Ids is null ? 0 : awaited.Count - tasks.Count;
        return new WaitSummary
        {
            Total = tasks.Count + gone,
            Succeeded = tasks.Count(task => task.Outcome == TaskOutcome.Succeeded),
            Failed = tasks.Count(task => task.Outcome is TaskOutcome.Failed or TaskOutcome.TimedOut or TaskOutcome.Abandoned or TaskOutcome.Rejected),
            Killed = tasks.Count(task => task.Outcome == TaskOutcome.Killed),
            Cancelled = tasks.Count(task => task.Outcome == TaskOutcome.Cancelled),
            DependencyFailed = tasks.Count(task => task.Outcome == TaskOutcome.DependencyFailed),
            Removed = gone,
            Tasks = tasks,
            Elapsed = elapsed,
            TimedOut = timedOut && tasks.Exists(task => !task.IsFinished),
        };
    }

    private bool IsOver(SqliteConnection connection)
    {
        if (failFast && sawFailure)
        {
            return true;
        }

        return selector.Ids is null ? !AnyUnfinished(connection) : pending.Count == 0;
    }

    private bool Matches(TaskInfoRow row) =>
        (selector.Group is null || row.GroupName == selector.Group)
        && (selector.Label is null || row.Label == selector.Label)
        && (selector.LabelPrefix is null || (row.Label?.StartsWith(selector.LabelPrefix, StringComparison.Ordinal) ?? false));

    private bool AnyUnfinished(SqliteConnection connection)
    {
        if (selector.Label is null && selector.LabelPrefix is null)
        {
            const string count = "SELECT coalesce(sum(queued + running + waiting), 0) FROM task_group WHERE @group IS NULL OR name = @group";
            return connection.ExecuteScalar<long>(count, new { group = selector.Group }) > 0;
        }

        var sql = new TaskSql();
        sql.And("t.label IS NOT NULL AND t.state < 2");
        AddLabel(sql);
        return sql.Exists(connection, "FROM task t INDEXED BY task_label_unfinished");
    }

    private void LookForRemoved(SqliteConnection connection)
    {
        var found = ReadByIds(connection, pending).Select(row => row.Id).ToHashSet();
        pending.IntersectWith(found);
    }

    /// <summary>By id: these. Else: what is unfinished, and what finished since the start.</summary>
    private List<TaskInfoRow> ReadAwaited(SqliteConnection connection)
    {
        if (selector.Ids is not null)
        {
            return [.. ReadByIds(connection, awaited).OrderBy(row => row.Id)];
        }

        var rows = ReadUnfinished(connection);
        var from = startSequence + 1;
        var more = true;
        while (more)
        {
            (var finished, more) = FinishLog.Read(connection, from);
            rows.AddRange(finished.Where(Matches));
            from = finished.Count == 0 ? from : finished[^1].FinishSequence!.Value + 1;
        }

        return [.. rows.OrderBy(row => row.Id)];
    }

    private List<TaskInfoRow> ReadUnfinished(SqliteConnection connection)
    {
        var sql = new TaskSql();
        sql.And("t.state < 2 AND t.id > 0");
        if (selector.Group is not null)
        {
            sql.And("g.name = @group", "@group", selector.Group);
        }

        AddLabel(sql);
        return sql.Run(connection, "FROM task t INDEXED BY task_unfinished", "");
    }

    private void AddLabel(TaskSql sql)
    {
        if (selector.Label is not null)
        {
            sql.And("t.label = @label", "@label", selector.Label);
        }

        if (selector.LabelPrefix is not null)
        {
            sql.AndLabelPrefix(selector.LabelPrefix);
        }
    }

    private static List<TaskInfoRow> ReadByIds(SqliteConnection connection, IEnumerable<long> ids)
    {
        var rows = new List<TaskInfoRow>();
        foreach (var part in ids.Chunk(IdsAtOnce))
        {
            var sql = new TaskSql();
            sql.AndIn("t.id", "@ids", part);
            rows.AddRange(sql.Run(connection, "FROM task t", ""));
        }

        return rows;
    }
}

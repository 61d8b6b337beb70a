using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>The tasks that a selector names.</summary>
internal static class SelectedTasks
{
    private const int IdsAtOnce = 5_000;

    private const string SumUnfinished = "SELECT coalesce(sum(queued + running + waiting), 0) FROM task_group WHERE @group IS NULL OR name = @group";

    /// <summary>For selectors by label, prefix or group, and for all tasks.</summary>
    public static bool AnyUnfinished(SqliteConnection connection, TaskSelector selector)
    {
        if (selector.Label is null && selector.LabelPrefix is null)
        {
            return connection.ReadNumber(SumUnfinished, s => s.Bind("@group", selector.Group)) > 0;
        }

        var sql = new TaskSql();
        sql.And("t.label IS NOT NULL AND t.finish_sequence IS NULL");
        AddLabel(sql, selector);
        return sql.Exists(connection, "FROM task t INDEXED BY task_label_unfinished");
    }

    /// <summary>By id: those that exist. Else: what is unfinished, and what finished behind a number.</summary>
    public static IReadOnlyList<TaskInfo> Read(SqliteConnection connection, TaskSelector selector, long finishedAfter, long nowMs)
    {
        var rows = selector.Ids is { } ids ? ReadByIds(connection, ids) : ReadLive(connection, selector, finishedAfter);
        return [.. rows.OrderBy(row => row.Id).Select(row => row.ToInfo(nowMs))];
    }

    private static List<TaskInfoRow> ReadLive(SqliteConnection connection, TaskSelector selector, long finishedAfter)
    {
        var rows = ReadUnfinished(connection, selector);
        var from = finishedAfter + 1;
        var more = true;
        while (more)
        {
            (var finished, more) = FinishLog.Read(connection, from);
            rows.AddRange(finished.Where(row => selector.Matches(row.GroupName, row.Label)));
            from = finished.Count == 0 ? from : finished[^1].FinishSequence!.Value + 1;
        }

        return rows;
    }

    private static List<TaskInfoRow> ReadUnfinished(SqliteConnection connection, TaskSelector selector)
    {
        var sql = new TaskSql();
        sql.And($"block.id >= 0 AND t.state < {TaskStateCode.FirstFinished}");
        if (selector.Group is not null)
        {
            sql.And("g.name = @group", "@group", selector.Group);
        }

        AddLabel(sql, selector);
        return sql.Run(connection, TaskBlockSql.Tasks, "");
    }

    private static void AddLabel(TaskSql sql, TaskSelector selector)
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

    private static List<TaskInfoRow> ReadByIds(SqliteConnection connection, IReadOnlyList<TaskId> ids)
    {
        var rows = new List<TaskInfoRow>();
        foreach (var part in ids.Select(id => id.Value).Chunk(IdsAtOnce))
        {
            var sql = new TaskSql();
            sql.AndIn("t.id", "@ids", part);
            rows.AddRange(sql.Run(connection, "FROM task t", ""));
        }

        return rows;
    }
}

using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>By id, along the path of the query.</summary>
internal sealed class IdWalk : TaskWalk
{
    private readonly Statement rows;

    /// <param name="connection">Where to read.</param>
    /// <param name="query">What is wanted.</param>
    /// <param name="descending">Newest first.</param>
    /// <param name="after">The id to continue behind.</param>
    /// <param name="nowMs">The time.</param>
    public IdWalk(SqliteConnection connection, TaskQuery query, bool descending, long? after, long nowMs)
    {
        var (sql, path) = Prepare(query, nowMs);
        var order = TaskQueries.AddPlace(sql, path, descending, after);
        rows = sql.Open(connection, "t.id AS Id", path.From, order);
    }

    /// <summary>Whether there are few rows.</summary>
    public static bool IsShort(TaskQuery query) => Prepare(query, nowMs: 0).Path.IsShort;

    /// <summary>Whether it goes through no more rows than the query wants, or as many as are known to be few.</summary>
    public static bool IsServed(TaskQuery query)
    {
        var (sql, path) = Prepare(query, nowMs: 0);
        return path.IsShort || !sql.HasTests;
    }

    public override bool Step()
    {
        if (!rows.Step())
        {
            return false;
        }

        Id = rows.Long(0);
        Place = new WalkPlace(Id);
        IsWanted = rows.Bool(1);
        return true;
    }

    public override void Dispose() => rows.Dispose();

    private static (TaskSql Sql, TaskPath Path) Prepare(TaskQuery query, long nowMs)
    {
        var sql = new TaskSql { TestsApart = true };
        var path = TaskQueries.Path(sql, query);
        TaskQueries.AddConditions(sql, query, nowMs, path);
        return (sql, path);
    }
}

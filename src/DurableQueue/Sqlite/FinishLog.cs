using Dapper;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>The record of finishes, in the order of their numbers.</summary>
internal static class FinishLog
{
    private const int Most = 500;
    private const string MostText = "500";

    private const string SelectHorizon =
        "SELECT finish_sequence AS Sequence, pruned_through AS PrunedThrough, removals AS Removals FROM queue_state WHERE id = 1";

    // Three runs over one index, merged by SQLite as they are read.
    private const string SelectFrom =
        $"""
        {TaskInfoRow.Columns}
        FROM (
          SELECT * FROM (
            SELECT id, finish_sequence FROM task INDEXED BY task_finished
            WHERE state >= 2 AND state = 2 AND finish_sequence >= @from ORDER BY finish_sequence LIMIT {MostText})
          UNION ALL
          SELECT * FROM (
            SELECT id, finish_sequence FROM task INDEXED BY task_finished
            WHERE state >= 2 AND state = 3 AND finish_sequence >= @from ORDER BY finish_sequence LIMIT {MostText})
          UNION ALL
          SELECT * FROM (
            SELECT id, finish_sequence FROM task INDEXED BY task_finished
            WHERE state >= 2 AND state = 4 AND finish_sequence >= @from ORDER BY finish_sequence LIMIT {MostText})
          ORDER BY finish_sequence LIMIT {MostText}
        ) f
        CROSS JOIN task t ON t.id = f.id
        {TaskInfoRow.Joins}
        ORDER BY f.finish_sequence
        """;

    /// <summary>How far the record goes.</summary>
    public static Horizon ReadHorizon(SqliteConnection connection) => connection.QuerySingle<Horizon>(SelectHorizon);

    /// <summary>The next finishes from a number on.</summary>
    /// <returns>The rows, and whether there may be more.</returns>
    public static (List<TaskInfoRow> Rows, bool MayBeMore) Read(SqliteConnection connection, long from)
    {
        var rows = connection.Query<TaskInfoRow>(SelectFrom, new { from }).AsList();
        return (rows, rows.Count >= Most);
    }

    /// <summary>Latest finish, highest pruned finish, and a number that rises when tasks are removed.</summary>
    public sealed class Horizon
    {
        public long Sequence { get; init; }

        public long PrunedThrough { get; init; }

        public long Removals { get; init; }
    }
}

using Dapper;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>The record of finishes, in the order of their numbers.</summary>
internal static class FinishLog
{
    private const int Most = 500;

    private const string SelectHorizon =
        "SELECT finish_sequence AS Sequence, pruned_through AS PrunedThrough, removals AS Removals FROM queue_state WHERE id = 1";

    /// <summary>How far the record goes.</summary>
    public static Horizon ReadHorizon(SqliteConnection connection) => connection.QuerySingle<Horizon>(SelectHorizon);

    /// <summary>The next finishes from a number on.</summary>
    /// <returns>The rows, and whether there may be more.</returns>
    public static (List<TaskInfoRow> Rows, bool MayBeMore) Read(SqliteConnection connection, long from)
    {
        var query = new TaskQuery { Order = TaskOrder.Finished, Cursor = new TaskCursor(from - 1), Limit = Most };
        var rows = TaskQueries.RunByFinish(connection, query, nowMs: 0);
        return (rows.GetRange(0, Math.Min(rows.Count, Most)), rows.Count > Most);
    }

    /// <summary>Latest finish, highest pruned finish, and a number that rises when tasks are removed.</summary>
    public sealed class Horizon
    {
        public long Sequence { get; init; }

        public long PrunedThrough { get; init; }

        public long Removals { get; init; }
    }
}

using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>The record of finishes, in the order of their numbers.</summary>
internal static class FinishLog
{
    private const int Most = 500;

    private const string SelectHorizon =
        "SELECT finish_sequence AS Sequence, pruned_through AS PrunedThrough, removals AS Removals FROM queue_state WHERE id = 1";

    /// <summary>How far the record goes.</summary>
    public static FinishHorizon ReadHorizon(SqliteConnection connection)
    {
        var row = connection.ReadFirst<HorizonRow>(SelectHorizon) ?? throw SqliteErrors.MissingCounters();
        return new FinishHorizon(row.Sequence, row.PrunedThrough, row.Removals);
    }

    /// <summary>The next finishes from a number on, with how far the record goes.</summary>
    public static FinishPage ReadPage(SqliteConnection connection, long from)
    {
        var (rows, more) = Read(connection, from);
        return new FinishPage(rows.ConvertAll(row => row.ToFinished()), more, ReadHorizon(connection));
    }

    /// <summary>The next finishes from a number on.</summary>
    /// <returns>The rows, and whether there may be more.</returns>
    public static (List<TaskInfoRow> Rows, bool MayBeMore) Read(SqliteConnection connection, long from)
    {
        var query = new TaskQuery { Order = TaskOrder.Finished, Cursor = new TaskCursor(from - 1), Limit = Most };
        var rows = TaskQueries.RunByFinish(connection, query, nowMs: 0);
        return (rows.GetRange(0, Math.Min(rows.Count, Most)), rows.Count > Most);
    }

    private sealed class HorizonRow : IStoredRow<HorizonRow>
    {
        public long Sequence { get; init; }

        public long PrunedThrough { get; init; }

        public long Removals { get; init; }

        public static HorizonRow Read(StoredCells cells) => new()
        {
            Sequence = cells.Long(),
            PrunedThrough = cells.Long(),
            Removals = cells.Long(),
        };
    }
}

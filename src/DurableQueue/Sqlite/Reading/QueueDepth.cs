using DurableQueue.Queueing;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Reads what waits, from the counters and from the heads of the ready lists: the length of the backlog does not matter.</summary>
internal static class QueueDepth
{
    private const string SelectGroups = "SELECT id AS Id, name AS Name, queued AS Queued, ready AS Ready, scheduled AS Scheduled FROM task_group WHERE removed = 0";

    /// <summary>
    /// The first task of each lane and priority, found by stepping from priority to priority. For how long a task has been ready is not
    /// stored: it cannot be longer than since its enqueue, the end of its delay, or the start of its latest attempt.
    /// </summary>
    private const string SelectFirstReady =
        $"""
        WITH RECURSIVE first (group_id, lane_id, rank) AS (
          SELECT group_id, id, head_rank FROM lane WHERE head_task IS NOT NULL
          UNION ALL
          SELECT f.group_id, f.lane_id,
                 (SELECT n.rank FROM task n INDEXED BY task_ready
                  WHERE n.lane_id = f.lane_id AND n.state = {TaskStateCode.Queued} AND n.holds = {HoldCode.None} AND n.rank > f.rank ORDER BY n.rank LIMIT 1)
          FROM first f WHERE f.rank IS NOT NULL
          LIMIT 10000)
        SELECT f.group_id AS GroupId,
               (SELECT max(t.enqueued_at_ms, coalesce(t.not_before_at_ms, 0), coalesce(t.started_at_ms, 0)) FROM task t INDEXED BY task_ready
                WHERE t.lane_id = f.lane_id AND t.state = {TaskStateCode.Queued} AND t.holds = {HoldCode.None} AND t.rank = f.rank ORDER BY t.position LIMIT 1) AS SinceMs
        FROM first f WHERE f.rank IS NOT NULL
        """;

    public static IReadOnlyList<GroupDepth> Read(SqliteConnection connection, DateTimeOffset now)
    {
        var oldest = connection.ReadRows<FirstReady>(SelectFirstReady)
            .Where(first => first.SinceMs is not null)
            .GroupBy(first => first.GroupId)
            .ToDictionary(group => group.Key, group => group.Min(first => first.SinceMs!.Value));
        return [.. connection.ReadRows<Row>(SelectGroups).Select(row => new GroupDepth(
            row.Name, row.Ready, row.Scheduled, row.Queued - row.Ready - row.Scheduled, oldest.TryGetValue(row.Id, out var since) ? Age(since, now) : null))];
    }

    private static TimeSpan Age(long sinceMs, DateTimeOffset now) => Times.SpanFromMs(Math.Max(0, now.ToUnixTimeMilliseconds() - sinceMs));

    private sealed class Row : IStoredRow<Row>
    {
        public long Id { get; init; }

        public string Name { get; init; } = "";

        public long Queued { get; init; }

        public long Ready { get; init; }

        public long Scheduled { get; init; }

        public static Row Read(StoredCells cells) => new()
        {
            Id = cells.Long(),
            Name = cells.Text(),
            Queued = cells.Long(),
            Ready = cells.Long(),
            Scheduled = cells.Long(),
        };
    }

    private sealed class FirstReady : IStoredRow<FirstReady>
    {
        public long GroupId { get; init; }

        public long? SinceMs { get; init; }

        public static FirstReady Read(StoredCells cells) => new()
        {
            GroupId = cells.Long(),
            SinceMs = cells.NullableLong(),
        };
    }
}

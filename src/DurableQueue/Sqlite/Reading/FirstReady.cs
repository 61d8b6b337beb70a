using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>
/// Since when the oldest of the ready tasks are so, from the first task of each lane and priority, found by stepping from priority to priority: the length
/// of the backlog does not matter. For how long a task has been ready is not stored: it cannot be longer than since its enqueue, the end of its
/// delay, or the start of its latest attempt.
/// </summary>
internal static class FirstReady
{
    private const string SelectFrom =
        $"""
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

    private const string SelectAll =
        $"""
        WITH RECURSIVE first (group_id, lane_id, rank) AS (
          SELECT group_id, id, head_rank FROM lane WHERE head_task IS NOT NULL
          {SelectFrom}
        """;

    private const string SelectOfGroup =
        $"""
        WITH RECURSIVE first (group_id, lane_id, rank) AS (
          SELECT group_id, id, head_rank FROM lane INDEXED BY lane_of_group WHERE group_id = @group AND head_task IS NOT NULL
          {SelectFrom}
        """;

    /// <summary>In milliseconds, for the groups that have a ready task.</summary>
    public static Dictionary<long, long> OldestByGroup(SqliteConnection connection) => connection.ReadRows<Row>(SelectAll)
        .Where(first => first.SinceMs is not null)
        .GroupBy(first => first.GroupId)
        .ToDictionary(group => group.Key, group => group.Min(first => first.SinceMs!.Value));

    /// <summary>In milliseconds; <see langword="null"/> if no task of the group is ready.</summary>
    public static long? Oldest(SqliteConnection connection, long group) =>
        connection.ReadRows<Row>(SelectOfGroup, s => s.Bind("@group", group)).Min(first => first.SinceMs);

    private sealed class Row : IStoredRow<Row>
    {
        public long GroupId { get; init; }

        public long? SinceMs { get; init; }

        public static Row Read(StoredCells cells) => new()
        {
            GroupId = cells.Long(),
            SinceMs = cells.NullableLong(),
        };
    }
}

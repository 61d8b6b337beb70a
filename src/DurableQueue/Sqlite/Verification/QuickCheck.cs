using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite.Verification;

/// <summary>
/// The part of the verification that costs the same however many tasks there are: for the health check. It looks at what is in use now, at lanes,
/// running tasks and the ends of indexes.
/// </summary>
internal static class QuickCheck
{
    private const string SelectInconsistencies =
        $"""
        SELECT 'queue.state' WHERE NOT EXISTS (SELECT 1 FROM queue_state WHERE id = 1)
        UNION ALL
        SELECT 'queue.next_task_id' FROM queue_state WHERE next_task_id <= (SELECT max(id) FROM task)
        UNION ALL
        SELECT 'queue.finish_sequence' FROM queue_state WHERE finish_sequence < pruned_through
        UNION ALL
        SELECT 'group.running' WHERE (SELECT sum(running + waiting) FROM task_group) <> (SELECT count(*) {TaskBlockSql.CheckedOutTasks})
        UNION ALL
        SELECT 'block.checked_out' FROM task_block block INDEXED BY task_block_leased
        WHERE checked_out > 0 AND checked_out <> (
          SELECT count(*) FROM task t WHERE {TaskBlockSql.Contains} AND t.state = {TaskStateCode.CheckedOut})
        UNION ALL
        SELECT 'group.queued' FROM task_group
        WHERE min(queued, ready, scheduled, running, waiting, done, failed, cancelled) < 0 OR ready + scheduled > queued
        UNION ALL
        SELECT 'lane.runnable' FROM lane WHERE runnable = 1 AND head_task IS NULL
        UNION ALL
        SELECT 'lane.head' FROM (SELECT id, head_task FROM lane WHERE runnable = 1 LIMIT 1000) AS l
        WHERE head_task IS NOT (SELECT t.id FROM task t INDEXED BY task_ready
                                WHERE t.lane_id = l.id AND t.state = {TaskStateCode.Queued} AND t.holds = {HoldCode.None} ORDER BY t.rank, t.position LIMIT 1)
        """;

    /// <summary>The names of what differs, each once.</summary>
    public static IReadOnlyList<string> Find(SqliteConnection connection)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        using var select = new Statement(connection, SelectInconsistencies);
        while (select.Step())
        {
            names.Add(select.Text(0));
        }

        return [.. names];
    }
}

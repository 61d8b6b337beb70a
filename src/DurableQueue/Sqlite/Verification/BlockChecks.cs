namespace DurableQueue.Sqlite.Verification;

/// <summary>What is stored about each block of ids: its unfinished and checked-out tasks, and when the first lease may expire.</summary>
internal static class BlockChecks
{
    private const string Counted =
        $"""
        SELECT {TaskBlockSql.OfTask} AS id, count(*) AS unfinished, sum(state = {TaskStateCode.CheckedOut}) AS checked_out,
               min(CASE WHEN state = {TaskStateCode.CheckedOut} AND adopted = 0 THEN lease_expires_at_ms END) AS expires_at_ms
        FROM task WHERE state < {TaskStateCode.FirstFinished} GROUP BY {TaskBlockSql.OfTask}
        """;

    // A time that is too early only makes a reap read the block; with one that is too late, or none, an expired lease stays.
    private const string Select =
        $"""
        WITH pair AS MATERIALIZED (
          SELECT coalesce(stored.id, counted.id) AS id, stored.unfinished, counted.unfinished AS right_unfinished, stored.checked_out,
                 counted.checked_out AS right_checked_out, stored.expires_at_ms, counted.expires_at_ms AS right_expires_at_ms
          FROM task_block AS stored FULL JOIN ({Counted}) AS counted ON counted.id = stored.id)
        SELECT 'block.unfinished', 'tasks from ' || (id << 6), unfinished, right_unfinished FROM pair WHERE unfinished IS NOT right_unfinished
        UNION ALL
        SELECT 'block.checked_out', 'tasks from ' || (id << 6), checked_out, right_checked_out FROM pair WHERE checked_out IS NOT right_checked_out
        UNION ALL
        SELECT 'block.expiry', 'tasks from ' || (id << 6), expires_at_ms, right_expires_at_ms FROM pair
        WHERE right_expires_at_ms IS NOT NULL AND (expires_at_ms IS NULL OR expires_at_ms > right_expires_at_ms)
        """;

    private const string DeleteAll = "DELETE FROM task_block";

    private const string CountAll = $"INSERT INTO task_block (id, unfinished, checked_out, expires_at_ms) {Counted}";

    public static readonly ConsistencyCheck[] All = [new(Select, DeleteAll, CountAll)];
}

using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace DurableQueue.CrashTests;

/// <summary>What must hold in the stored rows at any moment, counted anew by statements that share nothing with the queue's own.</summary>
internal static class Invariants
{
    /// <summary>Each gives one row for everything that is not as it must be.</summary>
    private static readonly (string Name, string Sql)[] Checks =
    [
        ("a group's counters",
            """
            WITH counted AS (
              SELECT l.group_id AS id, sum(t.state = 0) AS queued, sum(t.state = 0 AND t.holds = 0) AS ready, sum(t.state = 0 AND t.holds & 2 > 0) AS scheduled,
                     sum(t.state = 1 AND t.waiting = 0) AS running, sum(t.state = 1 AND t.waiting = 1) AS waiting,
                     sum(t.state = 2) AS done, sum(t.state = 3) AS failed, sum(t.state = 4) AS cancelled
              FROM task t JOIN lane l ON l.id = t.lane_id GROUP BY l.group_id)
            SELECT g.name FROM task_group g LEFT JOIN counted c ON c.id = g.id
            WHERE (g.queued, g.ready, g.scheduled, g.running, g.waiting, g.done, g.failed, g.cancelled)
               <> (ifnull(c.queued, 0), ifnull(c.ready, 0), ifnull(c.scheduled, 0), ifnull(c.running, 0), ifnull(c.waiting, 0),
                   ifnull(c.done, 0), ifnull(c.failed, 0), ifnull(c.cancelled, 0))
            """),
        ("a group's limit", "SELECT name FROM task_group WHERE parallelism > 0 AND running > parallelism"),
        ("a lane's head",
            """
            SELECT id FROM lane l WHERE ifnull(head_task, 0) <>
              ifnull((SELECT t.id FROM task t WHERE t.lane_id = l.id AND t.state = 0 AND t.holds = 0 ORDER BY t.rank, t.position LIMIT 1), 0)
            """),
        ("whether a lane may run",
            """
            SELECT l.id FROM lane l JOIN task_group g ON g.id = l.group_id
            WHERE l.runnable <> (l.head_task IS NOT NULL AND (l.urgent OR (g.paused = 0 AND (g.parallelism = 0 OR g.running < g.parallelism))))
            """),
        ("the number of dependencies that a task waits for",
            """
            SELECT id FROM task t WHERE state < 2 AND pending_dependencies <> (SELECT count(*) FROM task_dependency d WHERE d.child = t.id AND d.state = 0)
            """),
        ("the hold of a task with dependencies", "SELECT id FROM task WHERE state = 0 AND doomed = 0 AND (holds & 1 > 0) <> (pending_dependencies > 0)"),
        ("a task that ran before what it waits for",
            "SELECT t.id FROM task t JOIN task_dependency d ON d.child = t.id WHERE d.state <> 1 AND t.state IN (1, 2)"),
        ("an edge whose task has ended",
            """
            SELECT d.child FROM task_dependency d LEFT JOIN task p ON p.id = d.parent
            WHERE d.state = 0 AND ifnull(p.state, 2) >= 2 AND NOT EXISTS (SELECT 1 FROM settling)
            """),
        ("a finish without a number", "SELECT id FROM task WHERE (state >= 2) <> (finish_sequence IS NOT NULL)"),
        ("two finishes with one number",
            "SELECT finish_sequence FROM task WHERE finish_sequence IS NOT NULL GROUP BY finish_sequence HAVING count(*) > 1"),
        ("a finish above the counter",
            "SELECT id FROM task WHERE finish_sequence > (SELECT finish_sequence FROM queue_state)"),
        ("an id above the counter", "SELECT id FROM task WHERE id >= (SELECT next_task_id FROM queue_state)"),
        ("a lease without an end, or an end without a lease", "SELECT id FROM task WHERE (state = 1) <> (lease_expires_at_ms IS NOT NULL)"),
        ("what a block of tasks counts",
            """
            SELECT b.id FROM task_block b
            WHERE b.unfinished <> (SELECT count(*) FROM task t WHERE t.id / 64 = b.id AND t.state IN (0, 1)) OR b.unfinished = 0
               OR b.checked_out <> (SELECT count(*) FROM task t WHERE t.id / 64 = b.id AND t.state = 1)
            """),
        ("an unfinished task that its block does not find", "SELECT id FROM task WHERE state IN (0, 1) AND id / 64 NOT IN (SELECT id FROM task_block)"),
        ("a lease that expires before its block says so",
            """
            SELECT t.id FROM task t JOIN task_block b ON b.id = t.id / 64
            WHERE t.state = 1 AND t.adopted = 0 AND ifnull(b.expires_at_ms > t.lease_expires_at_ms, 1)
            """),
        ("what is left of a task that is gone",
            """
            SELECT id FROM task_body WHERE id NOT IN (SELECT id FROM task)
            UNION ALL SELECT id FROM task_result WHERE id NOT IN (SELECT id FROM task)
            UNION ALL SELECT id FROM task_checkpoint WHERE id NOT IN (SELECT id FROM task)
            UNION ALL SELECT task_id FROM task_attempt WHERE task_id NOT IN (SELECT id FROM task)
            """),
        ("a result without an ended attempt", "SELECT id FROM task_result WHERE id NOT IN (SELECT id FROM task WHERE state = 2 OR failure_result = 1)"),
    ];

    /// <returns>What does not hold; empty if all does.</returns>
    public static List<string> Read(SqliteConnection connection, SqliteTransaction snapshot) =>
    [
        .. from check in Checks
           from row in connection.Query<object>(check.Sql, transaction: snapshot).Select(row => ((IDictionary<string, object>)row).Values.First())
           select $"{check.Name}: {Convert.ToString(row, CultureInfo.InvariantCulture)}",
    ];
}

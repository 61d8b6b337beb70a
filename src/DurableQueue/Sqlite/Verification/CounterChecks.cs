namespace DurableQueue.Sqlite.Verification;

/// <summary>The counters of the queue and of the groups, and the heads of the lanes.</summary>
internal static class CounterChecks
{
    private const string LeastNextId =
        """
        1 + max(coalesce((SELECT max(id) FROM task), 0), coalesce((SELECT max(position) FROM task), 0), coalesce((SELECT max(task_id) FROM dedup), 0),
                coalesce((SELECT max(parent) FROM task_dependency), 0))
        """;

    private const string SelectNextId =
        $"SELECT 'queue.next_task_id', 'the queue', next_task_id, {LeastNextId} FROM queue_state WHERE next_task_id < {LeastNextId}";

    private const string FixNextId = $"UPDATE queue_state SET next_task_id = {LeastNextId} WHERE next_task_id < {LeastNextId}";

    private const string LeastSequence = "max(pruned_through, coalesce((SELECT max(finish_sequence) FROM task), 0))";

    private const string SelectSequence =
        $"SELECT 'queue.finish_sequence', 'the queue', finish_sequence, {LeastSequence} FROM queue_state WHERE finish_sequence < {LeastSequence}";

    private const string FixSequence = $"UPDATE queue_state SET finish_sequence = {LeastSequence} WHERE finish_sequence < {LeastSequence}";

    private const string SelectRemoved =
        $"""
        SELECT 'group.removed', 'group ' || g.name, g.removed, 0 FROM task_group g
        WHERE g.removed <> 0 AND EXISTS (SELECT 1 FROM lane l JOIN task t ON t.lane_id = l.id WHERE l.group_id = g.id AND t.state < {TaskStateCode.FirstFinished})
        """;

    private const string FixRemoved =
        $"""
        UPDATE task_group SET removed = 0
        WHERE removed <> 0 AND EXISTS (SELECT 1 FROM lane l JOIN task t ON t.lane_id = l.id WHERE l.group_id = task_group.id AND t.state < {TaskStateCode.FirstFinished})
        """;

    private const string Counted =
        $"""
        WITH counted AS MATERIALIZED (
          SELECT l.group_id AS id, sum(t.state = {TaskStateCode.Queued}) AS queued, sum(t.state = {TaskStateCode.Queued} AND t.holds = {HoldCode.None}) AS ready,
                 sum(t.state = {TaskStateCode.Queued} AND (t.holds & {HoldCode.NotBefore}) <> 0) AS scheduled, sum(t.state = {TaskStateCode.CheckedOut} AND t.waiting = 0) AS running,
                 sum(t.state = {TaskStateCode.Queued} AND (t.holds & {HoldCode.Dependencies}) <> 0) AS blocked, sum(t.state = {TaskStateCode.Queued} AND (t.holds & {HoldCode.Stashed}) <> 0) AS stashed,
                 sum(t.state = {TaskStateCode.Queued} AND (t.holds & {HoldCode.Approval}) <> 0) AS awaiting_approval, sum(t.state = {TaskStateCode.Queued} AND (t.holds & {HoldCode.Budget}) <> 0) AS held_by_budget,
                 sum(t.state = {TaskStateCode.CheckedOut} AND t.waiting <> 0) AS waiting, sum(t.state = {TaskStateCode.Done}) AS done, sum(t.state = {TaskStateCode.Failed}) AS failed, sum(t.state = {TaskStateCode.Cancelled}) AS cancelled
          FROM task t JOIN lane l ON l.id = t.lane_id GROUP BY l.group_id),
        expected AS MATERIALIZED (
          SELECT g.id, coalesce(c.queued, 0) AS queued, coalesce(c.ready, 0) AS ready, coalesce(c.scheduled, 0) AS scheduled,
                 coalesce(c.blocked, 0) AS blocked, coalesce(c.stashed, 0) AS stashed, coalesce(c.awaiting_approval, 0) AS awaiting_approval,
                 coalesce(c.held_by_budget, 0) AS held_by_budget, coalesce(c.running, 0) AS running, coalesce(c.waiting, 0) AS waiting, coalesce(c.done, 0) AS done,
                 coalesce(c.failed, 0) AS failed, coalesce(c.cancelled, 0) AS cancelled
          FROM task_group g LEFT JOIN counted c ON c.id = g.id)
        """;

    private const string Both = "FROM task_group g JOIN expected e ON e.id = g.id";

    private const string SelectGroups =
        $"""
        {Counted}
        SELECT 'group.queued', 'group ' || g.name, g.queued, e.queued {Both} WHERE g.queued <> e.queued
        UNION ALL
        SELECT 'group.ready', 'group ' || g.name, g.ready, e.ready {Both} WHERE g.ready <> e.ready
        UNION ALL
        SELECT 'group.scheduled', 'group ' || g.name, g.scheduled, e.scheduled {Both} WHERE g.scheduled <> e.scheduled
        UNION ALL
        SELECT 'group.running', 'group ' || g.name, g.running, e.running {Both} WHERE g.running <> e.running
        UNION ALL
        SELECT 'group.waiting', 'group ' || g.name, g.waiting, e.waiting {Both} WHERE g.waiting <> e.waiting
        UNION ALL
        SELECT 'group.done', 'group ' || g.name, g.done, e.done {Both} WHERE g.done <> e.done
        UNION ALL
        SELECT 'group.failed', 'group ' || g.name, g.failed, e.failed {Both} WHERE g.failed <> e.failed
        UNION ALL
        SELECT 'group.cancelled', 'group ' || g.name, g.cancelled, e.cancelled {Both} WHERE g.cancelled <> e.cancelled
        """;

    private const string FixGroups =
        $"""
        {Counted}
        UPDATE task_group SET queued = e.queued, ready = e.ready, scheduled = e.scheduled, running = e.running, waiting = e.waiting, done = e.done,
               failed = e.failed, cancelled = e.cancelled
        FROM expected e WHERE e.id = task_group.id
        """;

    private const string Held = "(SELECT e.id, g.name, e.blocked, e.stashed, e.awaiting_approval, e.held_by_budget FROM task_group g JOIN expected e ON e.id = g.id) e LEFT JOIN task_group_held h ON h.group_id = e.id";

    private const string SelectHeld =
        $"""
        {Counted}
        SELECT 'group.blocked', 'group ' || e.name, coalesce(h.blocked, 0), e.blocked FROM {Held} WHERE coalesce(h.blocked, 0) <> e.blocked
        UNION ALL
        SELECT 'group.stashed', 'group ' || e.name, coalesce(h.stashed, 0), e.stashed FROM {Held} WHERE coalesce(h.stashed, 0) <> e.stashed
        UNION ALL
        SELECT 'group.awaiting_approval', 'group ' || e.name, coalesce(h.awaiting_approval, 0), e.awaiting_approval FROM {Held}
        WHERE coalesce(h.awaiting_approval, 0) <> e.awaiting_approval
        UNION ALL
        SELECT 'group.held_by_budget', 'group ' || e.name, coalesce(h.held_by_budget, 0), e.held_by_budget FROM {Held}
        WHERE coalesce(h.held_by_budget, 0) <> e.held_by_budget
        """;

    private const string FixHeld =
        $"""
        {Counted}
        INSERT OR REPLACE INTO task_group_held (group_id, blocked, stashed, awaiting_approval, held_by_budget)
        SELECT e.id, e.blocked, e.stashed, e.awaiting_approval, e.held_by_budget FROM expected e
        """;

    private const string Heads =
        $"""
        WITH head AS MATERIALIZED (
          SELECT id, (SELECT t.id FROM task t INDEXED BY task_ready
                      WHERE t.lane_id = lane.id AND t.state = {TaskStateCode.Queued} AND t.holds = {HoldCode.None} ORDER BY t.rank, t.position LIMIT 1) AS task
          FROM lane),
        expected AS MATERIALIZED (
          SELECT l.id, g.name || ', type ' || y.name || CASE l.urgent WHEN {UrgencyCode.None} THEN '' WHEN {UrgencyCode.Urgent} THEN ', urgent' ELSE ', forced' END AS place, t.id AS task, t.rank, t.position,
                 t.id IS NOT NULL AND (l.urgent = {UrgencyCode.Forced} OR (g.over_budget = 0 AND
                   (l.urgent = {UrgencyCode.Urgent} OR (g.paused = 0 AND (g.parallelism = 0 OR g.running < g.parallelism))))) AS runnable
          FROM lane l JOIN head h ON h.id = l.id JOIN task_group g ON g.id = l.group_id JOIN task_type y ON y.id = l.type_id
          LEFT JOIN task t ON t.id = h.task)
        """;

    private const string OfLane = "FROM lane l JOIN expected e ON e.id = l.id";

    private const string SelectLanes =
        $"""
        {Heads}
        SELECT 'lane.head', 'lane of group ' || e.place, 'task ' || l.head_task, 'task ' || e.task {OfLane} WHERE l.head_task IS NOT e.task
        UNION ALL
        SELECT 'lane.head_place', 'lane of group ' || e.place, l.head_rank || '/' || l.head_position, e.rank || '/' || e.position {OfLane}
        WHERE l.head_rank IS NOT e.rank OR l.head_position IS NOT e.position
        UNION ALL
        SELECT 'lane.runnable', 'lane of group ' || e.place, l.runnable, e.runnable {OfLane} WHERE l.runnable <> e.runnable
        """;

    private const string FixLanes =
        $"""
        {Heads}
        UPDATE lane SET head_task = e.task, head_rank = e.rank, head_position = e.position, runnable = e.runnable FROM expected e WHERE e.id = lane.id
        """;

    public static readonly ConsistencyCheck[] All =
    [
        new(SelectNextId, FixNextId),
        new(SelectSequence, FixSequence),
        new(SelectRemoved, FixRemoved),
        new(SelectGroups, FixGroups),
        new(SelectHeld, FixHeld),
        new(SelectLanes, FixLanes),
    ];
}

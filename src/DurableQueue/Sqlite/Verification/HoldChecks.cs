namespace DurableQueue.Sqlite.Verification;

/// <summary>Why a queued task waits: what follows from its dependencies, its approval and its delay.</summary>
internal static class HoldChecks
{
    // Text sorts behind every number: the delay would never end.
    private const string SelectNotBefore =
        "SELECT 'task.not_before', 'task ' || id, not_before_at_ms, 'a time or none' FROM task WHERE typeof(not_before_at_ms) NOT IN ('integer', 'null')";

    private const string DropNotBefore = "UPDATE task SET not_before_at_ms = NULL WHERE typeof(not_before_at_ms) NOT IN ('integer', 'null')";

    private const string Expected =
        $"""
        WITH edge AS MATERIALIZED (
          SELECT child, sum(state = {EdgeCode.Waiting}) AS waiting, max(state = {EdgeCode.Broken}) AS broken FROM task_dependency GROUP BY child),
        expected AS MATERIALIZED (
          SELECT t.id, t.pending_dependencies AS pending, t.doomed, t.holds,
                 CASE t.state WHEN {TaskStateCode.Queued} THEN coalesce(e.waiting, 0) ELSE 0 END AS right_pending,
                 CASE t.state WHEN {TaskStateCode.Queued} THEN coalesce(e.broken, 0) ELSE 0 END AS right_doomed,
                 CASE t.state WHEN {TaskStateCode.Queued} THEN
                   (coalesce(e.waiting, 0) > 0 OR coalesce(e.broken, 0))
                   | CASE typeof(t.not_before_at_ms) WHEN 'integer' THEN t.holds & {HoldCode.NotBefore} ELSE 0 END
                   | (t.holds & {HoldCode.Stashed})
                   | CASE t.approval WHEN {ApprovalCode.Pending} THEN {HoldCode.Approval} ELSE 0 END
                   | CASE WHEN t.holds & {HoldCode.Budget} AND t.id IN (SELECT task_id FROM budget_parked) THEN {HoldCode.Budget} ELSE 0 END
                 ELSE 0 END AS right_holds
          FROM task t LEFT JOIN edge e ON e.child = t.id
          WHERE t.state = {TaskStateCode.Queued} OR t.holds <> {HoldCode.None} OR t.pending_dependencies <> 0 OR t.doomed <> 0)
        """;

    private const string Select =
        $"""
        {Expected}
        SELECT 'task.pending_dependencies', 'task ' || id, pending, right_pending FROM expected WHERE pending <> right_pending
        UNION ALL
        SELECT 'task.doomed', 'task ' || id, doomed, right_doomed FROM expected WHERE doomed <> right_doomed
        UNION ALL
        SELECT 'task.holds', 'task ' || id, holds, right_holds FROM expected WHERE holds <> right_holds
        """;

    private const string Fix =
        $"""
        {Expected}
        UPDATE task SET pending_dependencies = expected.right_pending, doomed = expected.right_doomed, holds = expected.right_holds
        FROM expected
        WHERE expected.id = task.id
          AND (expected.pending <> expected.right_pending OR expected.doomed <> expected.right_doomed OR expected.holds <> expected.right_holds)
        """;

    /// <summary>Doomed tasks stay queued only while their group is paused; then the resume stores the work that fails them.</summary>
    private const string LeftDoomed =
        $"""
        task_group g
        WHERE g.paused = 0
          AND EXISTS (SELECT 1 FROM lane l JOIN task t ON t.lane_id = l.id WHERE l.group_id = g.id AND t.state = {TaskStateCode.Queued} AND t.doomed = 1)
          AND NOT EXISTS (SELECT 1 FROM settling s WHERE s.kind = {CascadeCode.Doomed} AND s.subject = g.id)
        """;

    private const string SelectDoomed = $"SELECT 'settling.doomed', 'group ' || g.name, 'none', 'work for its doomed tasks' FROM {LeftDoomed}";

    private const string FixDoomed = $"INSERT INTO settling (kind, subject, done_through) SELECT {CascadeCode.Doomed}, g.id, 0 FROM {LeftDoomed}";

    public static readonly ConsistencyCheck[] All = [new(SelectNotBefore, DropNotBefore), new(Select, Fix), new(SelectDoomed, FixDoomed)];
}

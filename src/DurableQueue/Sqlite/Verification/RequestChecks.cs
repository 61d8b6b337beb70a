namespace DurableQueue.Sqlite.Verification;

/// <summary>Requests for approvals, and whether tasks agree with theirs.</summary>
internal static class RequestChecks
{
    private const string Known =
        $"{RequestCode.Pending}, {RequestCode.Approved}, {RequestCode.Rejected}, {RequestCode.Expired}, {RequestCode.Withdrawn}";

    private const string SelectState =
        $"SELECT 'task_approval.state', 'request ' || id, state, '0 to 4' FROM task_approval WHERE state NOT IN ({Known})";

    // What was decided is lost, so it does not count as approved.
    private const string FixState = $"UPDATE task_approval SET state = {RequestCode.Withdrawn}, note = 'Its record was damaged.' WHERE state NOT IN ({Known})";

    // A list of approvers that cannot be read must not let everybody decide.
    private const string SelectNames =
        $"""
        SELECT 'task_approval.names', 'request ' || id, 'text that cannot be read', 'JSON' FROM task_approval
        WHERE NOT {GatesAreNames} OR NOT {ApproversAreNames} OR NOT {OwnIsReadable}
        UNION ALL
        SELECT 'task_gate.names', 'gate ' || name, 'text that cannot be read', 'JSON' FROM task_gate WHERE NOT {ApproversAreNames}
        """;

    private const string GatesAreNames = "CASE WHEN json_valid(gates) THEN json_type(gates) = 'array' ELSE 0 END";

    private const string ApproversAreNames = "CASE WHEN approvers IS NULL THEN 1 WHEN json_valid(approvers) THEN json_type(approvers) = 'array' ELSE 0 END";

    private const string OwnIsReadable = "CASE WHEN own IS NULL THEN 1 WHEN json_valid(own) THEN json_type(own) = 'object' ELSE 0 END";

    private const string FixGatesOfRequests = $"UPDATE task_approval SET gates = '[]' WHERE NOT {GatesAreNames}";

    private const string FixApprovers = $"UPDATE task_approval SET approvers = '[]' WHERE NOT {ApproversAreNames}";

    private const string FixOwn = $"UPDATE task_approval SET own = '{{}}' WHERE NOT {OwnIsReadable}";

    private const string FixGates = $"UPDATE task_gate SET approvers = '[]' WHERE NOT {ApproversAreNames}";

    private const string GoneIsWrong = "task_gone <> (task_id NOT IN (SELECT id FROM task))";

    private const string SelectGone =
        $"SELECT 'task_approval.task_gone', 'request ' || id, task_gone, task_id NOT IN (SELECT id FROM task) FROM task_approval WHERE {GoneIsWrong}";

    private const string FixGone = $"UPDATE task_approval SET task_gone = 1 - (task_gone <> 0) WHERE {GoneIsWrong}";

    /// <summary>No task waits for the request: its task has finished, is gone, needs no approval, or has asked again since.</summary>
    private const string Idle =
        $"""
        state = {RequestCode.Pending} AND NOT EXISTS (
          SELECT 1 FROM task t
          WHERE t.id = task_approval.task_id AND t.state < {TaskStateCode.FirstFinished}
            AND CASE task_approval.in_run
              WHEN 1 THEN task_approval.outdated = 0
              ELSE t.state = {TaskStateCode.Queued} AND t.approval = {ApprovalCode.Pending}
                AND task_approval.id = (SELECT max(n.id) FROM task_approval n WHERE n.task_id = t.id AND n.in_run = 0) END)
        """;

    private const string SelectIdle = $"SELECT 'task_approval.pending', 'request ' || id, 'pending', 'decided or withdrawn' FROM task_approval WHERE {Idle}";

    private const string WithdrawIdle = $"UPDATE task_approval SET state = {RequestCode.Withdrawn}, note = 'Its task does not wait for it.', decided_at_ms = @now WHERE {Idle}";

    // Without a time its record would never be pruned.
    private const string DecidedAtIsWrong = $"(state <> {RequestCode.Pending}) <> (typeof(decided_at_ms) = 'integer')";

    private const string SelectDecidedAt =
        $"""
        SELECT 'task_approval.decided_at', 'request ' || id, decided_at_ms, CASE state WHEN {RequestCode.Pending} THEN 'none' ELSE 'a time' END
        FROM task_approval WHERE {DecidedAtIsWrong}
        """;

    private const string FixDecidedAt = $"UPDATE task_approval SET decided_at_ms = CASE state WHEN {RequestCode.Pending} THEN NULL ELSE @now END WHERE {DecidedAtIsWrong}";

    // There is no request to approve.
    private const string Unasked =
        $"""
        task t JOIN lane l ON l.id = t.lane_id JOIN task_group g ON g.id = l.group_id JOIN task_type y ON y.id = l.type_id
        WHERE t.state = {TaskStateCode.Queued} AND t.approval = {ApprovalCode.Pending} AND NOT EXISTS (SELECT 1 FROM task_approval a WHERE a.task_id = t.id AND a.in_run = 0 AND a.state = {RequestCode.Pending})
        """;

    private const string SelectUnasked = $"SELECT 'task.approval', 'task ' || t.id, 'no pending request', 'one' FROM {Unasked}";

    private const string Ask =
        $$"""
        INSERT INTO task_approval (task_id, in_run, key, what, arguments, attempt, task_type, task_group, task_label, own, asked_at_ms)
        SELECT t.id, 0, '#1', y.name, '', 0, y.name, g.name, t.label, '{}', @now FROM {{Unasked}}
        """;

    private const string AskedIsWrong =
        "asked <> (id IN (SELECT task_id FROM task_approval WHERE in_run = 1 AND outdated = 0))";

    private const string SelectAsked = $"SELECT 'task.asked', 'task ' || id, asked, 1 - (asked <> 0) FROM task WHERE {AskedIsWrong}";

    private const string FixAsked = $"UPDATE task SET asked = (id IN (SELECT task_id FROM task_approval WHERE in_run = 1 AND outdated = 0)) WHERE {AskedIsWrong}";

    private const string SelectRoutes = "SELECT 'task_route.orphan', 'task ' || id, 'a row', 'none' FROM task_route WHERE id NOT IN (SELECT id FROM task)";

    private const string DeleteRoutes = "DELETE FROM task_route WHERE id NOT IN (SELECT id FROM task)";

    public static readonly ConsistencyCheck[] All =
    [
        new(SelectState, FixState),
        new(SelectNames, FixGatesOfRequests, FixApprovers, FixOwn, FixGates),
        new(SelectGone, FixGone),
        new(SelectIdle, WithdrawIdle),
        new(SelectDecidedAt, FixDecidedAt),
        new(SelectUnasked, Ask),
        new(SelectAsked, FixAsked),
        new(SelectRoutes, DeleteRoutes),
    ];
}

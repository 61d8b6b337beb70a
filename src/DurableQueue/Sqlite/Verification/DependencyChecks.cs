namespace DurableQueue.Sqlite.Verification;

/// <summary>How each dependency must stand, by the states of its two tasks and by the cascade work that is stored.</summary>
internal static class DependencyChecks
{
    private const string SelectCondition =
        $"""
        SELECT 'dependency.condition', 'task ' || child || ' on ' || parent, condition, '0 to 2'
        FROM task_dependency WHERE condition NOT IN ({ConditionCode.Succeeded}, {ConditionCode.Failed}, {ConditionCode.Finished})
        """;

    /// <summary>The stored cascade has not come to this dependent yet.</summary>
    private const string IsInWork =
        $"EXISTS (SELECT 1 FROM settling s WHERE s.subject = d.parent AND s.kind <> {CascadeCode.Doomed} AND s.done_through < d.child)";

    /// <summary>
    /// Satisfied is final, whatever the awaited task does later: such a dependency is never wrong by itself. A task that was checked out had all
    /// of its own satisfied. What a finished task waited for no longer matters; a retry computes it again.
    /// </summary>
    private const string Wrong =
        $"""
        (SELECT parent, child, state, expected, parent_is_gone FROM (
           SELECT d.parent, d.child, d.state, p.id IS NULL AS parent_is_gone,
                  CASE
                    WHEN c.state <> {TaskStateCode.Queued} THEN {EdgeCode.Satisfied}
                    WHEN p.id IS NULL THEN {EdgeCode.Broken}
                    WHEN p.state < {TaskStateCode.FirstFinished} THEN {EdgeCode.Waiting}
                    WHEN d.condition = {ConditionCode.Finished} OR d.condition = CASE p.state WHEN {TaskStateCode.Done} THEN {ConditionCode.Succeeded} WHEN {TaskStateCode.Failed} THEN {ConditionCode.Failed} END THEN {EdgeCode.Satisfied}
                    ELSE {EdgeCode.Broken}
                  END AS expected
           FROM task_dependency d JOIN task c ON c.id = d.child LEFT JOIN task p ON p.id = d.parent
           WHERE d.state <> {EdgeCode.Satisfied} AND c.state IN ({TaskStateCode.Queued}, {TaskStateCode.CheckedOut}, {TaskStateCode.Done}) AND (c.state <> {TaskStateCode.Queued} OR p.id IS NULL OR NOT {IsInWork}))
         WHERE state <> expected)
        """;

    private const string SelectState =
        $"""
        SELECT 'dependency.state', 'task ' || child || ' on ' || parent,
               CASE state WHEN {EdgeCode.Waiting} THEN 'Waiting' WHEN {EdgeCode.Broken} THEN 'Broken' ELSE state END,
               CASE expected WHEN {EdgeCode.Waiting} THEN 'Waiting' WHEN {EdgeCode.Satisfied} THEN 'Satisfied' ELSE 'Broken' END
        FROM {Wrong}
        """;

    private const string SatisfyThoseOfCheckedOut =
        $"UPDATE task_dependency SET state = {EdgeCode.Satisfied} WHERE state <> {EdgeCode.Satisfied} AND child IN (SELECT id FROM task WHERE state IN ({TaskStateCode.CheckedOut}, {TaskStateCode.Done}))";

    /// <summary>Back to waiting: the cascade that follows decides it as the finish itself would have.</summary>
    private const string WaitAgain =
        $"""
        UPDATE task_dependency SET state = CASE WHEN wrong.parent_is_gone THEN {EdgeCode.Broken} ELSE {EdgeCode.Waiting} END
        FROM {Wrong} AS wrong WHERE wrong.parent = task_dependency.parent AND wrong.child = task_dependency.child
        """;

    private const string CascadeAgain =
        $"""
        INSERT INTO settling (kind, subject, done_through)
        SELECT DISTINCT {CascadeCode.Dependents}, d.parent, 0
        FROM task_dependency d JOIN task c ON c.id = d.child JOIN task p ON p.id = d.parent
        WHERE d.state = {EdgeCode.Waiting} AND c.state = {TaskStateCode.Queued} AND p.state >= {TaskStateCode.FirstFinished} AND NOT {IsInWork}
        """;

    public static readonly ConsistencyCheck[] All = [new(SelectCondition), new(SelectState, SatisfyThoseOfCheckedOut, WaitAgain, CascadeAgain)];
}

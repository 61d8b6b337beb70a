namespace DurableQueue.Sqlite.Verification;

/// <summary>Rows that must be there, and rows that belong to nothing.</summary>
internal static class RowChecks
{
    private const string SelectNoState =
        "SELECT 'queue.state', 'the queue', 'no row', 'one row' WHERE NOT EXISTS (SELECT 1 FROM queue_state WHERE id = 1)";

    /// <summary>The counters start low; their own checks raise them.</summary>
    private const string InsertState = "INSERT INTO queue_state (id, next_task_id, finish_sequence, pruned_through, removals) VALUES (1, 1, 0, 0, 0)";

    private const string SelectNoDefault =
        "SELECT 'group.default', 'the queue', 'no row', 'one row' WHERE NOT EXISTS (SELECT 1 FROM task_group WHERE name = 'default')";

    private const string InsertDefault = "INSERT INTO task_group (name) VALUES ('default')";

    private const string SelectBodies = "SELECT 'task_body.orphan', 'task ' || id, 'a row', 'none' FROM task_body WHERE id NOT IN (SELECT id FROM task)";

    private const string DeleteBodies = "DELETE FROM task_body WHERE id NOT IN (SELECT id FROM task)";

    private const string SelectResults =
        $"""
        SELECT 'task_result.orphan', 'task ' || id, 'a row', 'none'
        FROM task_result WHERE id NOT IN (SELECT id FROM task WHERE state = {TaskStateCode.Done} OR failure_result = 1)
        """;

    // A row left over would stop the task's next completion.
    private const string DeleteResults = $"DELETE FROM task_result WHERE id NOT IN (SELECT id FROM task WHERE state = {TaskStateCode.Done} OR failure_result = 1)";

    private const string SelectProgress =
        "SELECT 'task_progress.orphan', 'task ' || id, 'a row', 'none' FROM task_progress WHERE id NOT IN (SELECT id FROM task)";

    private const string DeleteProgress = "DELETE FROM task_progress WHERE id NOT IN (SELECT id FROM task)";

    private const string SelectCheckpoints =
        $"SELECT 'task_checkpoint.orphan', 'task ' || id, 'a row', 'none' FROM task_checkpoint WHERE id NOT IN (SELECT id FROM task WHERE state <> {TaskStateCode.Done})";

    private const string DeleteCheckpoints = $"DELETE FROM task_checkpoint WHERE id NOT IN (SELECT id FROM task WHERE state <> {TaskStateCode.Done})";

    private const string SelectAttempts =
        """
        SELECT 'task_attempt.orphan', 'task ' || task_id, count(*) || ' rows', 'none'
        FROM task_attempt WHERE task_id NOT IN (SELECT id FROM task) GROUP BY task_id
        """;

    private const string DeleteAttempts = "DELETE FROM task_attempt WHERE task_id NOT IN (SELECT id FROM task)";

    private const string SelectRequests =
        """
        SELECT 'task_request.orphan', 'task ' || task_id, count(*) || ' rows', 'none'
        FROM task_request WHERE task_id NOT IN (SELECT id FROM task) GROUP BY task_id
        """;

    private const string DeleteRequests = "DELETE FROM task_request WHERE task_id NOT IN (SELECT id FROM task)";

    // The dependency belongs to the task that waits: a satisfied one outlives the task that it waited for.
    private const string SelectDependencies =
        """
        SELECT 'dependency.orphan', 'task ' || child || ' on ' || parent, 'a row', 'none'
        FROM task_dependency WHERE child NOT IN (SELECT id FROM task)
        """;

    private const string DeleteDependencies = "DELETE FROM task_dependency WHERE child NOT IN (SELECT id FROM task)";

    private const string HasUnknownKind =
        $"kind NOT IN ({CascadeCode.Dependents}, {CascadeCode.CancelTree}, {CascadeCode.Doomed}, {CascadeCode.Unbreak}, {CascadeCode.ReviveTree})";

    private const string SelectCascade = $"SELECT 'settling.kind', 'cascade work ' || id, kind, '0 to 4' FROM settling WHERE {HasUnknownKind}";

    private const string DeleteCascade = $"DELETE FROM settling WHERE {HasUnknownKind}";

    private const string SelectMetadata =
        """
        SELECT 'task_body.metadata', 'task ' || id, 'text that cannot be read', 'a JSON object' FROM task_body
        WHERE metadata IS NOT NULL AND NOT (json_valid(metadata) AND json_type(CASE WHEN json_valid(metadata) THEN metadata ELSE '{}' END) = 'object')
        """;

    // It cannot be read, and no checkout gets past it.
    private const string DropMetadata =
        """
        UPDATE task_body SET metadata = NULL
        WHERE metadata IS NOT NULL AND NOT (json_valid(metadata) AND json_type(CASE WHEN json_valid(metadata) THEN metadata ELSE '{}' END) = 'object')
        """;

    private const string SelectRetry =
        "SELECT 'task_body.retry', 'task ' || id, 'text that cannot be read', 'a JSON object' FROM task_body WHERE retry IS NOT NULL AND NOT json_valid(retry)";

    private const string DropRetry = "UPDATE task_body SET retry = NULL WHERE retry IS NOT NULL AND NOT json_valid(retry)";

    private const string SelectParts =
        """
        SELECT 'shared_part.unused', 'part ' || id, 'a row', 'none'
        FROM shared_part WHERE id NOT IN (SELECT shared_id FROM task_body WHERE shared_id IS NOT NULL)
        """;

    private const string DeleteParts = "DELETE FROM shared_part WHERE id NOT IN (SELECT shared_id FROM task_body WHERE shared_id IS NOT NULL)";

    // What is missing cannot be worked out: it stays until the task is removed or gets another payload.
    private const string SelectShared =
        """
        SELECT 'task_body.shared', 'task ' || b.id, CASE WHEN p.id IS NULL THEN 'a part that is not there' ELSE 'a place outside the payload' END, 'a part'
        FROM task_body b LEFT JOIN shared_part p ON p.id = b.shared_id
        WHERE b.shared_id IS NOT NULL AND (p.id IS NULL OR NOT coalesce(b.shared_at BETWEEN 0 AND length(b.payload), 0))
        """;

    public static readonly ConsistencyCheck[] All =
    [
        new(SelectNoState, InsertState),
        new(SelectNoDefault, InsertDefault),
        new(SelectBodies, DeleteBodies),
        new(SelectResults, DeleteResults),
        new(SelectProgress, DeleteProgress),
        new(SelectCheckpoints, DeleteCheckpoints),
        new(SelectAttempts, DeleteAttempts),
        new(SelectRequests, DeleteRequests),
        new(SelectDependencies, DeleteDependencies),
        new(SelectCascade, DeleteCascade),
        new(SelectMetadata, DropMetadata),
        new(SelectRetry, DropRetry),
        new(SelectParts, DeleteParts),
        new(SelectShared),
    ];
}

namespace DurableQueue.Sqlite.Verification;

/// <summary>Which task holds which dedup key: the mark of the task, the key beside its payload, and the table of keys must agree.</summary>
internal static class KeyChecks
{
    private const string RightMark =
        $"""
        CASE
          WHEN b.dedup_key IS NULL THEN {DedupCode.NoKey}
          WHEN t.dedup IN ({DedupCode.Active}, {DedupCode.Forever}, {DedupCode.UntilStarted}) THEN t.dedup
          WHEN t.state >= {TaskStateCode.FirstFinished} AND EXISTS (SELECT 1 FROM dedup d WHERE d.key = b.dedup_key AND d.task_id = t.id) THEN {DedupCode.Forever}
          ELSE {DedupCode.Active}
        END
        """;

    private const string WrongMarks =
        $"(SELECT t.id, t.dedup, {RightMark} AS expected FROM task t LEFT JOIN task_body b ON b.id = t.id WHERE t.dedup <> {DedupCode.NoKey} OR b.dedup_key IS NOT NULL)";

    private const string SelectMark = $"SELECT 'task.dedup', 'task ' || id, dedup, expected FROM {WrongMarks} WHERE dedup <> expected";

    private const string FixMark =
        $"UPDATE task SET dedup = wrong.expected FROM {WrongMarks} AS wrong WHERE wrong.id = task.id AND wrong.dedup <> wrong.expected";

    /// <summary>Rows without a task are right: a key of scope Forever outlives its task's prune.</summary>
    private const string WrongRows =
        $"""
        (SELECT d.key, d.task_id FROM dedup d JOIN task t ON t.id = d.task_id LEFT JOIN task_body b ON b.id = t.id
         WHERE t.dedup = {DedupCode.NoKey} OR b.dedup_key IS NOT d.key OR (t.dedup = {DedupCode.Active} AND (t.state >= {TaskStateCode.FirstFinished} OR t.cancel_requested = 1)) OR (t.dedup = {DedupCode.UntilStarted} AND t.state <> {TaskStateCode.Queued}))
        """;

    private const string SelectRow = $"SELECT 'dedup.holder', 'task ' || task_id, 'a key', 'not this key' FROM {WrongRows}";

    private const string DeleteRow = $"DELETE FROM dedup WHERE key IN (SELECT key FROM {WrongRows})";

    /// <summary>
    /// Keys of children go with their parent, though the child is still there. Of scope UntilStarted, a queued task may be without its key.
    /// </summary>
    private const string Missing =
        $"""
        (SELECT t.id, b.dedup_key, d.task_id AS holder
         FROM task t JOIN task_body b ON b.id = t.id LEFT JOIN dedup d ON d.key = b.dedup_key
         WHERE b.dedup_key IS NOT NULL AND (t.dedup = {DedupCode.Forever} OR (t.dedup = {DedupCode.Active} AND t.state < {TaskStateCode.FirstFinished} AND t.cancel_requested = 0)) AND d.task_id IS NOT t.id
           AND NOT (b.dedup_key LIKE 'child:%' AND CAST(substr(b.dedup_key, 7) AS INTEGER) NOT IN (SELECT id FROM task)))
        """;

    private const string SelectMissing =
        $"""
        SELECT 'dedup.missing', 'task ' || id, CASE WHEN holder IS NULL THEN 'key held by nobody' ELSE 'key held by task ' || holder END, 'key held by it'
        FROM {Missing}
        """;

    /// <summary>A key that another task holds by right stays with that one.</summary>
    private const string TakeMissing =
        $"""
        INSERT INTO dedup (key, task_id) SELECT dedup_key, id FROM {Missing} WHERE true ORDER BY id
        ON CONFLICT (key) DO UPDATE SET task_id = excluded.task_id WHERE dedup.task_id NOT IN (SELECT id FROM task)
        """;

    public static readonly ConsistencyCheck[] All = [new(SelectMark, FixMark), new(SelectRow, DeleteRow), new(SelectMissing, TakeMissing)];
}

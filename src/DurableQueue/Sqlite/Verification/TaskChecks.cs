namespace DurableQueue.Sqlite.Verification;

/// <summary>What the state of a task says about its other columns.</summary>
internal static class TaskChecks
{
    private const string Known =
        $"{TaskStateCode.Queued}, {TaskStateCode.CheckedOut}, {TaskStateCode.Done}, {TaskStateCode.Failed}, {TaskStateCode.Cancelled}";

    private const string SelectState = $"SELECT 'task.state', 'task ' || id, state, '0 to 4' FROM task WHERE state NOT IN ({Known})";

    private const string SelectLane =
        """
        SELECT 'task.lane', 'task ' || t.id, 'lane ' || t.lane_id, 'a lane of a known group and type' FROM task t
        WHERE NOT EXISTS (
          SELECT 1 FROM lane l JOIN task_group g ON g.id = l.group_id JOIN task_type y ON y.id = l.type_id WHERE l.id = t.lane_id)
        """;

    private const string OutcomeIsRight =
        $"""
        CASE state
          WHEN {TaskStateCode.Done} THEN outcome = {OutcomeCode.Succeeded}
          WHEN {TaskStateCode.Failed} THEN outcome BETWEEN {OutcomeCode.Failed} AND {OutcomeCode.Rejected}
          WHEN {TaskStateCode.Cancelled} THEN outcome IN ({OutcomeCode.Cancelled}, {OutcomeCode.Killed})
          ELSE outcome = {OutcomeCode.None} END
        """;

    private const string RightOutcome =
        $"""
        CASE state
          WHEN {TaskStateCode.Done} THEN {OutcomeCode.Succeeded}
          WHEN {TaskStateCode.Failed} THEN {OutcomeCode.Failed}
          WHEN {TaskStateCode.Cancelled} THEN {OutcomeCode.Cancelled}
          ELSE {OutcomeCode.None} END
        """;

    private const string SelectOutcome = $"SELECT 'task.outcome', 'task ' || id, outcome, {RightOutcome} FROM task WHERE NOT {OutcomeIsRight}";

    private const string FixOutcome = $"UPDATE task SET outcome = {RightOutcome} WHERE NOT {OutcomeIsRight}";

    private const string WrongSequences =
        $"""
        (SELECT id, state, finish_sequence, finished_at_ms
         FROM (SELECT id, state, finish_sequence, finished_at_ms,
                      row_number() OVER (PARTITION BY state >= {TaskStateCode.FirstFinished}, finish_sequence ORDER BY id) AS turn
               FROM task WHERE state >= {TaskStateCode.FirstFinished} OR finish_sequence IS NOT NULL)
         WHERE state < {TaskStateCode.FirstFinished} OR finish_sequence IS NULL OR turn > 1)
        """;

    private const string SelectSequence =
        $"""
        SELECT 'task.finish_sequence', 'task ' || id, finish_sequence, CASE WHEN state < {TaskStateCode.FirstFinished} THEN 'none' ELSE 'a number of its own' END
        FROM {WrongSequences}
        """;

    private const string ClearSequence = $"UPDATE task SET finish_sequence = NULL WHERE state < {TaskStateCode.FirstFinished} AND finish_sequence IS NOT NULL";

    private const string NewSequence =
        $"""
        UPDATE task SET finish_sequence = fresh.number
        FROM (
          SELECT id,
                 max((SELECT coalesce(max(finish_sequence), 0) FROM task),
                     (SELECT coalesce(max(max(finish_sequence, pruned_through)), 0) FROM queue_state))
                 + row_number() OVER (ORDER BY finished_at_ms, id) AS number
          FROM {WrongSequences} WHERE state >= {TaskStateCode.FirstFinished}) AS fresh
        WHERE fresh.id = task.id
        """;

    private const string RaiseSequence =
        "UPDATE queue_state SET finish_sequence = max(finish_sequence, (SELECT coalesce(max(finish_sequence), 0) FROM task))";

    private const string SelectFinishedAt =
        $"""
        SELECT 'task.finished_at', 'task ' || id, finished_at_ms, CASE WHEN state < {TaskStateCode.FirstFinished} THEN 'none' ELSE 'a time' END
        FROM task WHERE (state >= {TaskStateCode.FirstFinished}) <> (finished_at_ms IS NOT NULL)
        """;

    private const string FixFinishedAt =
        $"UPDATE task SET finished_at_ms = CASE WHEN state < {TaskStateCode.FirstFinished} THEN NULL ELSE @now END WHERE (state >= {TaskStateCode.FirstFinished}) <> (finished_at_ms IS NOT NULL)";

    // Without an expiry it would never be taken back; text sorts behind every number.
    private const string SelectLease =
        $"""
        SELECT 'task.lease', 'task ' || id, CASE WHEN lease_expires_at_ms IS NULL OR state = {TaskStateCode.CheckedOut} THEN 'no lease' ELSE 'a lease' END,
               CASE state WHEN {TaskStateCode.CheckedOut} THEN 'a lease' ELSE 'no lease' END
        FROM task
        WHERE CASE state
          WHEN {TaskStateCode.CheckedOut} THEN typeof(lease_expires_at_ms) <> 'integer' OR typeof(lease_ms) <> 'integer' OR worker IS NULL OR started_at_ms IS NULL
          ELSE lease_expires_at_ms IS NOT NULL END
        """;

    private const string EndLease = $"UPDATE task SET lease_expires_at_ms = NULL WHERE state <> {TaskStateCode.CheckedOut} AND lease_expires_at_ms IS NOT NULL";

    private const string BeginLease =
        $"""
        UPDATE task
        SET lease_ms = CASE typeof(lease_ms) WHEN 'integer' THEN lease_ms ELSE 300000 END,
            lease_expires_at_ms = CASE typeof(lease_expires_at_ms) WHEN 'integer' THEN lease_expires_at_ms ELSE @now + 300000 END,
            worker = coalesce(worker, ''), started_at_ms = coalesce(started_at_ms, @now)
        WHERE state = {TaskStateCode.CheckedOut} AND (typeof(lease_expires_at_ms) <> 'integer' OR typeof(lease_ms) <> 'integer' OR worker IS NULL OR started_at_ms IS NULL)
        """;

    private const string SelectWaiting =
        $"""
        SELECT 'task.waiting', 'task ' || id, waiting, 0 FROM task WHERE waiting <> (state = {TaskStateCode.CheckedOut} AND waiting = 1)
        UNION ALL
        SELECT 'task.cancel_requested', 'task ' || id, cancel_requested, 0 FROM task WHERE cancel_requested <> (state = {TaskStateCode.CheckedOut} AND cancel_requested = 1)
        UNION ALL
        SELECT 'task.adopted', 'task ' || id, adopted, 0 FROM task WHERE adopted <> (state = {TaskStateCode.CheckedOut} AND adopted = 1)
        """;

    private const string FixWaiting = $"UPDATE task SET waiting = 0 WHERE waiting <> (state = {TaskStateCode.CheckedOut} AND waiting = 1)";

    private const string FixCancelRequested = $"UPDATE task SET cancel_requested = 0 WHERE cancel_requested <> (state = {TaskStateCode.CheckedOut} AND cancel_requested = 1)";

    private const string FixAdopted = $"UPDATE task SET adopted = 0 WHERE adopted <> (state = {TaskStateCode.CheckedOut} AND adopted = 1)";

    private const string SelectAttempt = $"SELECT 'task.attempt', 'task ' || id, attempt, state = {TaskStateCode.CheckedOut} FROM task WHERE attempt < (state = {TaskStateCode.CheckedOut})";

    private const string FixAttempt = $"UPDATE task SET attempt = (state = {TaskStateCode.CheckedOut}) WHERE attempt < (state = {TaskStateCode.CheckedOut})";

    /// <summary>Every checkout raised it, and each attempt that did not succeed is on record with its own.</summary>
    private const string LowTokens =
        $"""
        (SELECT t.id, t.token, max(t.attempt, t.state = {TaskStateCode.CheckedOut}, coalesce((SELECT max(a.token) FROM task_attempt a WHERE a.task_id = t.id), 0)) AS least
         FROM task t)
        """;

    private const string SelectToken = $"SELECT 'task.token', 'task ' || id, token, least FROM {LowTokens} WHERE token < least";

    private const string FixToken = $"UPDATE task SET token = low.least FROM {LowTokens} AS low WHERE low.id = task.id AND low.token < low.least";

    private const string SharedPositions =
        """
        (SELECT id, position FROM (SELECT id, position, row_number() OVER (PARTITION BY position ORDER BY id <> position, id) AS turn FROM task)
         WHERE turn > 1)
        """;

    private const string SelectPosition = $"SELECT 'task.position', 'task ' || id, position, 'a position of its own' FROM {SharedPositions}";

    private const string FixPosition =
        $"""
        UPDATE task SET position = fresh.number
        FROM (
          SELECT id, (SELECT max(max(id), max(position)) FROM task) + row_number() OVER (ORDER BY id) AS number
          FROM {SharedPositions}) AS fresh
        WHERE fresh.id = task.id
        """;

    // A checkout ends the mark, but not that which only chooses a type; one that stays would let the task pass its group's limit again after a retry.
    private const string SelectUrgent =
        $"""
        SELECT 'task.urgent', 'task ' || t.id, 1, 0 FROM task t JOIN lane l ON l.id = t.lane_id
        WHERE t.state = {TaskStateCode.CheckedOut} AND l.urgent <> {UrgencyCode.None} AND l.type_id NOT IN (SELECT id FROM task_type WHERE name = 'auto')
        """;

    private const string MakeLanes =
        $"""
        INSERT INTO lane (group_id, type_id, urgent)
        SELECT DISTINCT l.group_id, l.type_id, 0 FROM task t JOIN lane l ON l.id = t.lane_id WHERE t.state = {TaskStateCode.CheckedOut} AND l.urgent <> {UrgencyCode.None}
        ON CONFLICT DO NOTHING
        """;

    private const string FixUrgent =
        $"""
        UPDATE task SET lane_id = (
          SELECT n.id FROM lane l JOIN lane n ON n.group_id = l.group_id AND n.type_id = l.type_id AND n.urgent = {UrgencyCode.None} WHERE l.id = task.lane_id)
        WHERE state = {TaskStateCode.CheckedOut} AND lane_id IN (SELECT id FROM lane WHERE urgent <> {UrgencyCode.None})
        """;

    // Without the mark its finish would not look for those that wait for it.
    private const string SelectAwaited =
        "SELECT 'task.awaited', 'task ' || id, awaited, 1 FROM task WHERE awaited <> 1 AND id IN (SELECT parent FROM task_dependency)";

    private const string FixAwaited = "UPDATE task SET awaited = 1 WHERE awaited <> 1 AND id IN (SELECT parent FROM task_dependency)";

    // Rows that no task may have are taken away before this.
    private const string SelectCheckpointed =
        """
        SELECT 'task.checkpointed', 'task ' || id, checkpointed, id IN (SELECT id FROM task_checkpoint)
        FROM task WHERE checkpointed <> (id IN (SELECT id FROM task_checkpoint))
        """;

    private const string FixCheckpointed =
        "UPDATE task SET checkpointed = id IN (SELECT id FROM task_checkpoint) WHERE checkpointed <> (id IN (SELECT id FROM task_checkpoint))";

    public static readonly ConsistencyCheck[] All =
    [
        new(SelectState),
        new(SelectLane),
        new(SelectOutcome, FixOutcome),
        new(SelectSequence, ClearSequence, NewSequence, RaiseSequence),
        new(SelectFinishedAt, FixFinishedAt),
        new(SelectLease, EndLease, BeginLease),
        new(SelectWaiting, FixWaiting, FixCancelRequested, FixAdopted),
        new(SelectAttempt, FixAttempt),
        new(SelectToken, FixToken),
        new(SelectPosition, FixPosition),
        new(SelectUrgent, MakeLanes, FixUrgent),
        new(SelectAwaited, FixAwaited),
        new(SelectCheckpointed, FixCheckpointed),
    ];
}

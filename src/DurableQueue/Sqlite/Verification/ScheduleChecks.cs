namespace DurableQueue.Sqlite.Verification;

/// <summary>The next occurrences of schedules, and the record of their runs, which follows the tasks as long as they are there.</summary>
internal static class ScheduleChecks
{
    private const string SelectPausedNext =
        """
        SELECT 'schedule.next', 'schedule ' || name, coalesce(next_fire_at_ms, next_occurrence_at_ms), 'none while it is paused' FROM schedule
        WHERE paused <> 0 AND (next_fire_at_ms IS NOT NULL OR next_occurrence_at_ms IS NOT NULL)
        """;

    private const string DropPausedNext =
        """
        UPDATE schedule SET next_fire_at_ms = NULL, next_occurrence_at_ms = NULL
        WHERE paused <> 0 AND (next_fire_at_ms IS NOT NULL OR next_occurrence_at_ms IS NOT NULL)
        """;

    private const string WrongFire =
        """
        paused = 0 AND (next_fire_at_ms IS NULL) <> (next_occurrence_at_ms IS NULL)
        OR paused = 0 AND next_fire_at_ms < next_occurrence_at_ms
        """;

    private const string SelectFire =
        $"""
        SELECT 'schedule.next', 'schedule ' || name, next_fire_at_ms, 'not before ' || coalesce(next_occurrence_at_ms, next_fire_at_ms) FROM schedule
        WHERE {WrongFire}
        """;

    // Without its jitter, once.
    private const string FixFire =
        $"""
        UPDATE schedule
        SET next_occurrence_at_ms = coalesce(next_occurrence_at_ms, next_fire_at_ms), next_fire_at_ms = coalesce(next_occurrence_at_ms, next_fire_at_ms)
        WHERE {WrongFire}
        """;

    private const string SelectDefinition =
        "SELECT 'schedule.definition', 'schedule ' || name, 'text that cannot be read', 'a JSON object' FROM schedule WHERE NOT json_valid(definition)";

    private const string SelectOrphans =
        """
        SELECT 'schedule_run.orphan', 'schedule ' || schedule_id, count(*) || ' rows', 'none' FROM schedule_run
        WHERE schedule_id NOT IN (SELECT id FROM schedule) GROUP BY schedule_id
        """;

    private const string DeleteOrphans = "DELETE FROM schedule_run WHERE schedule_id NOT IN (SELECT id FROM schedule)";

    private const string SelectMarks =
        $"""
        SELECT 'task.schedule_run', 'task ' || t.id, t.schedule_run, max(r.id) FROM schedule_run r JOIN task t ON t.id = r.task_id
        WHERE r.result = {RunResultCode.Enqueued} GROUP BY t.id HAVING t.schedule_run IS NOT max(r.id)
        UNION ALL
        SELECT 'task.schedule_run', 'task ' || t.id, t.schedule_run, NULL FROM task t JOIN schedule_run r ON r.id = t.schedule_run
        WHERE r.task_id IS NOT t.id OR r.result <> {RunResultCode.Enqueued}
        """;

    private const string SetMarks =
        $"""
        UPDATE task SET schedule_run = r.id FROM (SELECT task_id, max(id) AS id FROM schedule_run WHERE result = {RunResultCode.Enqueued} GROUP BY task_id) AS r
        WHERE r.task_id = task.id AND task.schedule_run IS NOT r.id
        """;

    private const string DropMarks =
        $"""
        UPDATE task SET schedule_run = NULL
        WHERE schedule_run IN (SELECT id FROM schedule_run) AND NOT EXISTS (
          SELECT 1 FROM schedule_run r WHERE r.id = task.schedule_run AND r.task_id = task.id AND r.result = {RunResultCode.Enqueued})
        """;

    private const string WrongOutcomes =
        $"""
        (SELECT r.id, r.task_id, r.outcome, coalesce(t.outcome, CASE r.outcome WHEN {OutcomeCode.None} THEN {OutcomeCode.Cancelled} ELSE r.outcome END) AS expected,
                CASE WHEN t.id IS NULL THEN r.finished_at_ms ELSE t.finished_at_ms END AS finished_at_ms
         FROM schedule_run r LEFT JOIN task t ON t.id = r.task_id WHERE r.result = {RunResultCode.Enqueued})
        """;

    private const string SelectOutcomes =
        $"SELECT 'schedule_run.outcome', 'run of task ' || task_id, outcome, expected FROM {WrongOutcomes} WHERE outcome <> expected";

    private const string FixOutcomes =
        $"""
        UPDATE schedule_run SET outcome = wrong.expected, finished_at_ms = wrong.finished_at_ms
        FROM {WrongOutcomes} AS wrong WHERE wrong.id = schedule_run.id AND wrong.outcome <> wrong.expected
        """;

    public static readonly ConsistencyCheck[] All =
    [
        new(SelectPausedNext, DropPausedNext),
        new(SelectFire, FixFire),
        new(SelectDefinition),
        new(SelectOrphans, DeleteOrphans),
        new(SelectMarks, DropMarks, SetMarks),
        new(SelectOutcomes, FixOutcomes),
    ];
}

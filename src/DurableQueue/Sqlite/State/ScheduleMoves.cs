using DurableQueue.Queueing;
using DurableQueue.Schedules;

namespace DurableQueue.Sqlite;

/// <summary>The changes of schedules that several operations share: their times, their pauses, and the ends of their runs.</summary>
internal sealed class ScheduleMoves(WriteConnection db, WriteClock clock, Deadlines deadlines, BatchEffects effects)
{
    private const string SetNextSql =
        """
        UPDATE schedule
        SET next_occurrence_at_ms = @occurrence, next_fire_at_ms = @fire, next_after_ms = @after, next_after_offset_ms = @offset,
            last_occurrence_at_ms = coalesce(@last, last_occurrence_at_ms)
        WHERE id = @id
        """;

    private const string PauseSql =
        """
        UPDATE schedule
        SET paused = 1, pause_reason = @reason, paused_at_ms = @now, next_occurrence_at_ms = NULL, next_fire_at_ms = NULL, next_after_ms = NULL
        WHERE id = @id AND paused = 0
        RETURNING name
        """;

    private const string InsertRun =
        """
        INSERT INTO schedule_run (schedule_id, occurs_at_ms, fired_at_ms, result, manual, task_id, missed_until_ms)
        VALUES (@schedule, @occurs, @now, @result, @manual, @task, @missedUntil)
        RETURNING id
        """;

    private const string MarkTask = "UPDATE task SET schedule_run = @run WHERE id = @id";

    // Runs that have not ended are always kept: their finish looks for them, and so does the check for overlaps.
    private const string TrimRuns =
        $"""
        DELETE FROM schedule_run
        WHERE schedule_id = @schedule AND NOT (result = {RunResultCode.Enqueued} AND outcome = {OutcomeCode.None})
          AND id <= (SELECT id FROM schedule_run WHERE schedule_id = @schedule ORDER BY id DESC LIMIT 1 OFFSET 100)
        """;

    private const string EndRun =
        $"""
        UPDATE schedule_run SET outcome = @outcome, finished_at_ms = @now WHERE id = @run AND result = {RunResultCode.Enqueued}
        RETURNING CASE WHEN manual = 0 THEN schedule_id END
        """;

    private const string ReopenRun = $"UPDATE schedule_run SET outcome = {OutcomeCode.None}, finished_at_ms = NULL WHERE id = @run AND result = {RunResultCode.Enqueued}";

    private const string SelectScheduleOfRun = "SELECT schedule_id FROM schedule_run WHERE id = @run";

    private const string ForgetFailures = "UPDATE schedule SET failures = 0 WHERE id = @id AND failures > 0";

    private const string CountFailure =
        """
        UPDATE schedule SET failures = failures + 1 WHERE id = @id
        RETURNING failures, CASE WHEN json_valid(definition) THEN json_extract(definition, '$.pause_after_failures') END
        """;

    /// <summary>Sets the schedule to the first occurrence after a moment, or to none if there is none.</summary>
    /// <param name="id">The schedule.</param>
    /// <param name="times">Its times.</param>
    /// <param name="afterMs">The moment.</param>
    /// <param name="lastMs">The latest occurrence that was fired, recorded as missed, or skipped; <see langword="null"/> leaves it.</param>
    public void SetNext(long id, ScheduleTimes times, long afterMs, long? lastMs = null)
    {
        var next = times.Next(afterMs);
        long? fire = next is { } occurrence ? times.FireAt(occurrence) : null;
        db[SetNextSql].Bind("@id", id)
            .Bind("@occurrence", next)
            .Bind("@fire", fire)
            .Bind("@after", afterMs)
            .Bind("@offset", times.OffsetMs(afterMs))
            .Bind("@last", lastMs)
            .Run();
        if (fire is { } at)
        {
            deadlines.AddFire(at);
        }
    }

    /// <summary>Works out the next occurrence again, by the rules that this machine has for the time zone now.</summary>
    public void Refresh(ScheduleRow row, ScheduleTimes times)
    {
        if (times.Rebase(row.Next) is { } after)
        {
            SetNext(row.Id, times, after);
        }
    }

    /// <summary>Stops it; if it is paused already, the first reason stays.</summary>
    /// <param name="id">The schedule.</param>
    /// <param name="reason">From a caller or from user code: a long one is cut, not refused.</param>
    /// <param name="byHand">A caller paused it, so it needs no log entry.</param>
    public void Pause(long id, string reason, bool byHand = false)
    {
        var text = (reason.Length <= Limits.ReasonLength ? reason : $"{reason.AsSpan(0, Limits.ReasonLength - 1)}…").Replace('\0', '\uFFFD');
        var pause = db[PauseSql].Bind("@id", id).Bind("@reason", text).Bind("@now", clock.NowMs);
        if (pause.Step())
        {
            if (!byHand)
            {
                effects.PausedSchedules.Add((pause.Text(0), text));
            }

            pause.Reset();
        }
    }

    /// <summary>Records what became of an occurrence. A run that was enqueued is also noted at its task.</summary>
    public void Record(long schedule, long occursMs, ScheduleRunResult result, TaskId? task = null, bool manual = false, long? missedUntilMs = null)
    {
        var run = db[InsertRun].Bind("@schedule", schedule)
            .Bind("@occurs", occursMs)
            .Bind("@now", clock.NowMs)
            .Bind("@result", (long)result)
            .Bind("@manual", manual)
            .Bind("@task", task?.Value)
            .Bind("@missedUntil", missedUntilMs)
            .Scalar()!.Value;
        if (result == ScheduleRunResult.Enqueued)
        {
            db[MarkTask].Bind("@id", task!.Value.Value).Bind("@run", run).Run();
        }

        db[TrimRuns].Bind("@schedule", schedule).Run();
    }

    /// <summary>The task of a run has finished: counts failures in a row, and pauses the schedule when there are too many.</summary>
    public void RunEnded(long run, TaskOutcome outcome, string? error)
    {
        if (db[EndRun].Bind("@run", run).Bind("@outcome", (long)outcome).Bind("@now", clock.NowMs).Scalar() is not { } schedule)
        {
            return;
        }

        if (RunFailures.EndsRow(outcome))
        {
            db[ForgetFailures].Bind("@id", schedule).Run();
        }
        else if (RunFailures.AddsToRow(outcome) && AddFailure(schedule) is var (inRow, pauseAfter) && RunFailures.PauseReason(inRow, pauseAfter, error) is { } reason)
        {
            Pause(schedule, reason);
        }
    }

    /// <summary>The task of a run is queued again.</summary>
    public void RunReopened(long run) => db[ReopenRun].Bind("@run", run).Run();

    /// <summary>A run asks for its schedule to be paused.</summary>
    public void PauseOf(long run, string reason)
    {
        if (db[SelectScheduleOfRun].Bind("@run", run).Scalar() is { } schedule)
        {
            Pause(schedule, reason);
        }
    }

    /// <returns>How many failures there are in a row now, and how many pause the schedule.</returns>
    private (long InRow, long PauseAfter) AddFailure(long schedule)
    {
        var count = db[CountFailure].Bind("@id", schedule);
        if (!count.Step())
        {
            return default;
        }

        var failures = (count.Long(0), count.NullableLong(1) ?? 0);
        count.Run();
        return failures;
    }
}

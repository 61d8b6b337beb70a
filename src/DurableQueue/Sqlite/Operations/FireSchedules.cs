using DurableQueue.Queueing;
using DurableQueue.Schedules;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite.Operations;

/// <summary>
/// Enqueues the tasks of due occurrences, and sets their schedules to the next one. Both happen in one transaction, so that of several processes only one
/// fires an occurrence.
/// </summary>
internal static class FireSchedules
{
    /// <summary>The most schedules in one transaction, and the number of tasks after which no other schedule is fired.</summary>
    public const int Most = 500;

    private const string SelectDue =
        """
        SELECT id FROM schedule INDEXED BY schedule_due
        WHERE paused = 0 AND next_fire_at_ms IS NOT NULL AND next_fire_at_ms <= @now ORDER BY next_fire_at_ms LIMIT @limit
        """;

    private const string SelectAnyOpen =
        $"""
        SELECT EXISTS (
          SELECT 1 FROM schedule_run r INDEXED BY schedule_run_open JOIN task t ON t.id = r.task_id
          WHERE r.schedule_id = @schedule AND r.result = {RunResultCode.Enqueued} AND r.outcome = {OutcomeCode.None} AND t.state < {TaskStateCode.FirstFinished})
        """;

    // The first and the last of many open runs are enough: each of the others waits for one of them, or is awaited by one.
    private const string SelectOpen =
        $"""
        SELECT task_id FROM (
          SELECT r.task_id FROM schedule_run r INDEXED BY schedule_run_open JOIN task t ON t.id = r.task_id
          WHERE r.schedule_id = @schedule AND r.result = {RunResultCode.Enqueued} AND r.outcome = {OutcomeCode.None} AND r.task_id > 0 AND t.state < {TaskStateCode.FirstFinished} ORDER BY r.task_id LIMIT 50)
        UNION ALL
        SELECT task_id FROM (
          SELECT r.task_id FROM schedule_run r INDEXED BY schedule_run_open JOIN task t ON t.id = r.task_id
          WHERE r.schedule_id = @schedule AND r.result = {RunResultCode.Enqueued} AND r.outcome = {OutcomeCode.None} AND r.task_id > 0 AND t.state < {TaskStateCode.FirstFinished} ORDER BY r.task_id DESC LIMIT 50)
        """;

    /// <returns>True if more may be due.</returns>
    public static bool Run(WriteContext context)
    {
        if (context.Deadlines.NextFireMs > context.NowMs)
        {
            return false;
        }

        var due = new List<long>();
        var select = context.Db[SelectDue].Bind("@now", context.NowMs).Bind("@limit", Most);
        while (select.Step())
        {
            due.Add(select.Long(0));
        }

        var (tasks, fired) = (0, 0);
        while (fired < due.Count && tasks < Most)
        {
            tasks += Fire(context, ScheduleRow.Find(context.Db, due[fired]) ?? throw SqliteErrors.Missing("schedule", due[fired]));
            fired++;
        }

        context.Deadlines.ForgetFire();
        return fired < due.Count || due.Count == Most;
    }

    /// <summary>Enqueues the template as a run of the schedule.</summary>
    public static TaskId Enqueue(WriteContext context, ScheduleRow row, CheckedTask task, long occursMs, bool manual = false)
    {
        var stored = EnqueueTasks.Run(context, [task])[0];
        context.Schedules.Record(row.Id, occursMs, stored.Created ? ScheduleRunResult.Enqueued : ScheduleRunResult.Deduplicated, stored.Id, manual);
        return stored.Id;
    }

    /// <summary>The template as the task of one occurrence.</summary>
    public static CheckedTask TaskOf(WriteContext context, NewSchedule schedule, long occursMs, IReadOnlyList<TaskDependency>? after = null) =>
        context.TaskRules.CheckUntraced(ScheduledTask.Of(schedule, Times.FromMs(occursMs)) with { After = after ?? [] });

    private static int Fire(WriteContext context, ScheduleRow row)
    {
        NewSchedule schedule;
        ScheduleTimes times;
        DueOccurrences due;
        try
        {
            schedule = row.ToSchedule();
            context.ScheduleRules.CheckSettings(schedule);
            times = row.TimesOf(schedule);
            if (DueOccurrences.Of(schedule, times, row.Next, context.NowMs) is not { } found)
            {
                context.Schedules.Refresh(row, times);
                return 0;
            }

            due = found;
            TaskOf(context, schedule, due.Latest);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException || UnreadableRow.Explains(e))
        {
            // This machine does not know the zone, or the settings cannot be read. The other schedules must not wait, and the pause shows what is wrong.
            context.Schedules.Pause(row.Id, $"The schedule can't fire: {e.Message}");
            return 0;
        }

        if (due.Missed is { } missed)
        {
            context.Schedules.Record(row.Id, missed, ScheduleRunResult.Missed, missedUntilMs: due.MissedUntil);
        }

        foreach (var occurrence in due.Fire)
        {
            Fire(context, row, schedule, occurrence);
        }

        FaultPoint.Reach("schedule.enqueued");
        context.Schedules.SetNext(row.Id, times, due.Latest, due.Latest);
        FaultPoint.Reach("schedule.fired");
        return due.Fire.Count;
    }

    private static void Fire(WriteContext context, ScheduleRow row, NewSchedule schedule, long occurrence)
    {
        if (schedule.Overlap == OverlapPolicy.Skip && context.Db[SelectAnyOpen].Bind("@schedule", row.Id).Scalar() == 1)
        {
            context.Schedules.Record(row.Id, occurrence, ScheduleRunResult.Overlapped);
            return;
        }

        var after = schedule.Overlap == OverlapPolicy.Queue ? OpenRuns(context, row) : [];
        Enqueue(context, row, TaskOf(context, schedule, occurrence, after), occurrence);
    }

    private static List<TaskDependency> OpenRuns(WriteContext context, ScheduleRow row)
    {
        // A run that is in both parts is merged into one dependency.
        var open = new List<TaskDependency>();
        var select = context.Db[SelectOpen].Bind("@schedule", row.Id);
        while (select.Step())
        {
            open.Add(new TaskDependency(new TaskId(select.Long(0)), DependencyCondition.Finished));
        }

        return open;
    }
}

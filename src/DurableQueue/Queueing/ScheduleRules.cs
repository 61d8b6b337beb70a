using DurableQueue.Schedules;
using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>Validates schedules, including the templates of their tasks.</summary>
internal sealed class ScheduleRules(NewTaskRules tasks, TimeProvider time)
{
    /// <summary>Two entries are needed for the schedule and the occurrence.</summary>
    private const int MostMetadata = Limits.MetadataEntries - 2;

    /// <exception cref="ArgumentException">A setting is not valid.</exception>
    public CheckedSchedule Check(NewSchedule schedule)
    {
        CheckSettings(schedule);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return ScheduleTimes.Of(schedule, now).IsEmptyAfter(now)
            ? throw new ArgumentException($"The expression '{schedule.Expression}' has no occurrence within 50 years.", nameof(schedule.Expression))
            : new CheckedSchedule(schedule, StoredSchedule.Write(schedule));
    }

    /// <summary>Validates a schedule that starts now: its end must not have passed.</summary>
    public CheckedSchedule CheckNew(NewSchedule schedule)
    {
        var given = Check(schedule);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return given.TimesFrom(now).Next(now) is null
            ? throw new ArgumentException($"EndsAt ({schedule.EndsAt:O}) is before the first occurrence after now.", nameof(schedule.EndsAt))
            : given;
    }

    /// <summary>Validates everything but the expression and the time zone. Also used for stored schedules, because a file may contain anything.</summary>
    public void CheckSettings(NewSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        Queueing.Check.Name(schedule.Name, nameof(schedule.Name));
        Queueing.Check.Text(schedule.Expression, nameof(schedule.Expression), Limits.ExpressionLength, 1);
        ArgumentNullException.ThrowIfNull(schedule.TimeZone, nameof(schedule.TimeZone));
        Queueing.Check.Defined(schedule.Missed, nameof(schedule.Missed));
        Queueing.Check.Between(schedule.MissedRunLimit, 1, Limits.MissedRuns, nameof(schedule.MissedRunLimit));
        Queueing.Check.Between(schedule.MissedAfter, TimeSpan.Zero, Limits.MaxTimeout, nameof(schedule.MissedAfter));
        Queueing.Check.Defined(schedule.Overlap, nameof(schedule.Overlap));
        Queueing.Check.Between(schedule.Jitter, TimeSpan.Zero, Limits.MaxJitter, nameof(schedule.Jitter));
        Queueing.Check.Between(schedule.PauseAfterFailures, 0, Limits.FailuresInARow, nameof(schedule.PauseAfterFailures));
        if (schedule.EndsAt < schedule.StartsAt)
        {
            throw new ArgumentException($"EndsAt ({schedule.EndsAt:O}) is before StartsAt ({schedule.StartsAt:O}).", nameof(schedule.EndsAt));
        }

        CheckTemplate(schedule.Task);
        if (schedule.Overlap == OverlapPolicy.Queue && schedule.Task.RunNow)
        {
            throw new ArgumentException("Overlap Queue makes a run wait for the earlier one, so it can't be combined with RunNow of the task.", nameof(schedule.Overlap));
        }
    }

    private void CheckTemplate(NewTask task)
    {
        ArgumentNullException.ThrowIfNull(task, nameof(NewSchedule.Task));
        if (task.After is { Count: > 0 } || task.NotBefore is not null)
        {
            throw new ArgumentException(
                "The task of a schedule can't have After or NotBefore, because it is enqueued repeatedly.", nameof(NewSchedule.Task));
        }

        if (task.Metadata?.Count > MostMetadata)
        {
            throw new ArgumentException(
                $"Metadata has {task.Metadata.Count} entries, but at most {MostMetadata} are allowed for the task of a schedule.", nameof(NewTask.Metadata));
        }

        tasks.CheckOne(task);
    }
}

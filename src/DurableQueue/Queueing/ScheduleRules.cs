using DurableQueue.Schedules;
using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>Checks schedules against every limit, also those of the tasks that they enqueue.</summary>
internal sealed class ScheduleRules(NewTaskRules tasks, TimeProvider time)
{
    /// <summary>The schedule and the occurrence are named in two entries.</summary>
    private const int MostMetadata = Limits.MetadataEntries - 2;

    /// <exception cref="ArgumentException">Something is wrong with it.</exception>
    public CheckedSchedule Check(NewSchedule schedule)
    {
        CheckSettings(schedule);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return ScheduleTimes.Of(schedule, now).IsEmptyAfter(now)
            ? throw new ArgumentException($"Expression '{schedule.Expression}' names no time in 50 years.", nameof(schedule.Expression))
            : new CheckedSchedule(schedule, StoredSchedule.Write(schedule));
    }

    /// <summary>The same for a schedule that is to begin: its end must not have come.</summary>
    public CheckedSchedule CheckNew(NewSchedule schedule)
    {
        var given = Check(schedule);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return given.TimesFrom(now).Next(now) is null
            ? throw new ArgumentException($"EndsAt ({schedule.EndsAt:O}) comes before the first occurrence from now on.", nameof(schedule.EndsAt))
            : given;
    }

    /// <summary>Everything but the expression and the time zone: a file may hold anything.</summary>
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
            throw new ArgumentException("Overlap Queue lets a run wait for those before it, and RunNow of its task lets it wait for nothing.", nameof(schedule.Overlap));
        }
    }

    private void CheckTemplate(NewTask task)
    {
        ArgumentNullException.ThrowIfNull(task, nameof(NewSchedule.Task));
        if (task.After is { Count: > 0 } || task.NotBefore is not null)
        {
            throw new ArgumentException(
                "Task has After or NotBefore, which name one task and one moment: a schedule enqueues its task again and again.", nameof(NewSchedule.Task));
        }

        if (task.Metadata?.Count > MostMetadata)
        {
            throw new ArgumentException(
                $"Metadata has {task.Metadata.Count} entries; with a schedule at most {MostMetadata} are allowed.", nameof(NewTask.Metadata));
        }

        tasks.CheckOne(task);
    }
}

namespace DurableQueue.ModelTests.Schedules;

/// <summary>What schedules promise, in memory, with every occurrence found by walking from the one before.</summary>
internal sealed class ScheduleModel
{
    private int made;

    public DateTimeOffset Now { get; set; }

    public SortedDictionary<string, ModelSchedule> Schedules { get; } = new(StringComparer.Ordinal);

    /// <summary>All runs that have a task, in the order of their tasks.</summary>
    public List<ModelRun> Tasks { get; } = [];

    public void Add(NewSchedule settings, string? declared = null)
    {
        var schedule = new ModelSchedule(++made, settings, Now, declared) { Paused = settings.Paused };
        schedule.Next = settings.Paused ? null : schedule.After(Now);
        Schedules.Add(settings.Name, schedule);
    }

    public ScheduleDeclaration Declare(NewSchedule settings)
    {
        var text = settings.ToString();
        if (!Schedules.TryGetValue(settings.Name, out var schedule))
        {
            Add(settings, text);
            return ScheduleDeclaration.Created;
        }

        if (schedule.Declared == text)
        {
            return ScheduleDeclaration.Unchanged;
        }

        schedule.Declared = text;
        Set(schedule, settings);
        return ScheduleDeclaration.Changed;
    }

    public void Resume(ModelSchedule schedule)
    {
        if (schedule.Paused)
        {
            schedule.Paused = false;
            schedule.Failures = 0;
            schedule.Next = schedule.After(Now);
        }
    }

    public void Remove(ModelSchedule schedule)
    {
        schedule.Runs.ForEach(run => run.Schedule = null);
        Schedules.Remove(schedule.Settings.Name);
    }

    public ModelRun Enqueue(ModelSchedule schedule, DateTimeOffset occursAt, bool manual)
    {
        var waits = !manual && schedule.Settings.Overlap == OverlapPolicy.Queue ? schedule.Runs.Where(other => other.IsOpen).ToHashSet() : [];
        var run = new ModelRun(schedule, occursAt, ScheduleRunResult.Enqueued) { Manual = manual, Waits = waits };
        schedule.Runs.Add(run);
        Tasks.Add(run);
        return run;
    }

    /// <summary>All that is due, in the order of the times.</summary>
    public void Fire()
    {
        foreach (var schedule in Schedules.Values.Where(schedule => schedule.Next <= Now).OrderBy(schedule => schedule.Next).ThenBy(schedule => schedule.Number).ToList())
        {
            Fire(schedule);
        }
    }

    public ModelRun? Checkout() => Tasks.Find(run => run.IsOpen && run.Lease is null && run.Waits.Count == 0);

    public void End(ModelRun run, TaskOutcome outcome, bool pauses = false)
    {
        run.Outcome = outcome;
        run.Lease = null;

        // Once and for all: a run that is retried is not waited for again.
        Tasks.ForEach(other => other.Waits.Remove(run));
        if (run.Schedule is not { } schedule)
        {
            return;
        }

        if (pauses)
        {
            schedule.Pause();
        }

        if (!run.Manual && outcome == TaskOutcome.Succeeded)
        {
            schedule.Failures = 0;
        }
        else if (!run.Manual && outcome == TaskOutcome.Failed && ++schedule.Failures >= schedule.Settings.PauseAfterFailures && schedule.Settings.PauseAfterFailures > 0)
        {
            schedule.Pause();
        }
    }

    public void Set(ModelSchedule schedule, NewSchedule settings)
    {
        var old = schedule.Settings;
        var others = (old.Expression, old.StartsAt, old.EndsAt) != (settings.Expression, settings.StartsAt, settings.EndsAt);
        schedule.Settings = settings;
        if (old.Expression != settings.Expression)
        {
            schedule.Anchor = Now;
        }

        if (others && !schedule.Paused)
        {
            schedule.Next = schedule.After(Now);
        }
    }

    private void Fire(ModelSchedule schedule)
    {
        var due = new List<DateTimeOffset>();
        for (var occurrence = schedule.Next; occurrence <= Now; occurrence = schedule.After(occurrence.Value))
        {
            due.Add(occurrence.Value);
        }

        var fired = schedule.Settings.Missed switch
        {
            MissedRunPolicy.FireAll => due.TakeLast(schedule.Settings.MissedRunLimit).ToList(),
            MissedRunPolicy.Skip when Now - due[^1] > schedule.Settings.MissedAfter => [],
            _ => [due[^1]],
        };
        if (fired.Count < due.Count)
        {
            schedule.Runs.Add(new ModelRun(schedule, due[0], ScheduleRunResult.Missed));
        }

        foreach (var occurrence in fired)
        {
            if (schedule.Settings.Overlap == OverlapPolicy.Skip && schedule.Runs.Exists(run => run.IsOpen))
            {
                schedule.Runs.Add(new ModelRun(schedule, occurrence, ScheduleRunResult.Overlapped));
            }
            else
            {
                Enqueue(schedule, occurrence, manual: false);
            }
        }

        (schedule.Last, schedule.Next) = (due[^1], schedule.After(due[^1]));
    }
}

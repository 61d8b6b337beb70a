namespace DurableQueue.ModelTests.Schedules;

/// <summary>One schedule of the model, which fires every so many seconds.</summary>
internal sealed class ModelSchedule(int number, NewSchedule settings, DateTimeOffset now, string? declared)
{
    /// <summary>Of schedules that are due at the same time, the one that was made first comes first.</summary>
    public int Number { get; } = number;

    public NewSchedule Settings { get; set; } = settings;

    /// <summary>What was declared last.</summary>
    public string? Declared { get; set; } = declared;

    public DateTimeOffset Anchor { get; set; } = now;

    public bool Paused { get; set; }

    public int Failures { get; set; }

    public DateTimeOffset? Next { get; set; }

    public DateTimeOffset? Last { get; set; }

    /// <summary>Oldest first.</summary>
    public List<ModelRun> Runs { get; } = [];

    /// <summary>The first occurrence after a moment, found step by step.</summary>
    public DateTimeOffset? After(DateTimeOffset moment)
    {
        var every = TimeSpan.FromSeconds(int.Parse(Settings.Expression["@every ".Length..^1], System.Globalization.CultureInfo.InvariantCulture));
        var occurrence = Settings.StartsAt ?? (Anchor + every);
        while (occurrence <= moment)
        {
            occurrence += every;
        }

        return occurrence > Settings.EndsAt ? null : occurrence;
    }

    public void Pause()
    {
        Paused = true;
        Next = null;
    }
}

/// <summary>One line of a schedule's list of runs.</summary>
internal sealed class ModelRun(ModelSchedule? schedule, DateTimeOffset occursAt, ScheduleRunResult result)
{
    /// <summary>Null once the schedule is removed.</summary>
    public ModelSchedule? Schedule { get; set; } = schedule;

    public DateTimeOffset OccursAt { get; } = occursAt;

    public ScheduleRunResult Result { get; } = result;

    public bool Manual { get; init; }

    public TaskOutcome Outcome { get; set; }

    public Lease? Lease { get; set; }

    /// <summary>The runs that must have ended before.</summary>
    public HashSet<ModelRun> Waits { get; init; } = [];

    /// <summary>Learned from the queue.</summary>
    public TaskId Id { get; set; }

    public bool IsOpen => Result == ScheduleRunResult.Enqueued && Outcome == TaskOutcome.None;
}

namespace DurableQueue.Dashboard.Inputs;

/// <summary>A schedule, complete: it replaces the settings of one with the same name.</summary>
internal sealed record ScheduleInput
{
    public required string Name { get; init; }

    public required string Cron { get; init; }

    public string? TimeZone { get; init; }

    public required TaskInput Task { get; init; }

    public string? StartsAt { get; init; }

    public string? EndsAt { get; init; }

    public string? Missed { get; init; }

    public string? Overlap { get; init; }

    public long? JitterMs { get; init; }

    public int? PauseAfterFailures { get; init; }

    /// <summary>Whether an existing schedule is replaced. Otherwise it is an error.</summary>
    public bool Replace { get; init; }

    /// <exception cref="InputException">A setting is wrong.</exception>
    public NewSchedule ToSchedule(DashboardHost? host)
    {
        var schedule = new NewSchedule(Name, Cron, Task.ToTask(host));
        return schedule with
        {
            TimeZone = TimeZone is { Length: > 0 } zone ? zone : schedule.TimeZone,
            StartsAt = StartsAt is { Length: > 0 } start ? Time.Read("startsAt", start) : null,
            EndsAt = EndsAt is { Length: > 0 } end ? Time.Read("endsAt", end) : null,
            Missed = Word.Read("missed", Missed, schedule.Missed),
            Overlap = Word.Read("overlap", Overlap, schedule.Overlap),
            Jitter = JitterMs is { } jitter ? Duration.Read("jitterMs", jitter) : schedule.Jitter,
            PauseAfterFailures = PauseAfterFailures ?? schedule.PauseAfterFailures,
        };
    }

    /// <summary>The changes that make an existing schedule this one.</summary>
    /// <exception cref="InputException">A setting is wrong.</exception>
    public ScheduleEdit ToEdit(DashboardHost? host)
    {
        var schedule = ToSchedule(host);
        return new ScheduleEdit
        {
            Expression = schedule.Expression,
            TimeZone = schedule.TimeZone,
            Task = schedule.Task,
            StartsAt = schedule.StartsAt ?? DateTimeOffset.MinValue,
            EndsAt = schedule.EndsAt ?? DateTimeOffset.MaxValue,
            Missed = schedule.Missed,
            Overlap = schedule.Overlap,
            Jitter = schedule.Jitter,
            PauseAfterFailures = schedule.PauseAfterFailures,
        };
    }
}

internal sealed record PreviewInput
{
    public required string Cron { get; init; }

    public string? TimeZone { get; init; }

    public int? Count { get; init; }
}

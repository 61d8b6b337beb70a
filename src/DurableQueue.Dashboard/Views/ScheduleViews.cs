namespace DurableQueue.Dashboard.Views;

internal sealed record ScheduleListView(IReadOnlyList<ScheduleView> Schedules);

internal sealed record ScheduleView
{
    public required string Name { get; init; }

    public required string Cron { get; init; }

    public required string Words { get; init; }

    public required string TimeZone { get; init; }

    public required bool Paused { get; init; }

    public string? PausedAt { get; init; }

    public string? PausedReason { get; init; }

    public required bool Ended { get; init; }

    /// <summary>Whether it is declared in code, which sets it again when the declaration changes.</summary>
    public required bool Declared { get; init; }

    public required int ConsecutiveFailures { get; init; }

    public required int PauseAfterFailures { get; init; }

    public string? StartsAt { get; init; }

    public string? EndsAt { get; init; }

    public required string Missed { get; init; }

    public required string Overlap { get; init; }

    public long? JitterMs { get; init; }

    public required ScheduleTaskView Task { get; init; }

    public required IReadOnlyList<string> Next { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<ScheduleRunView> LastRuns { get; init; }
}

/// <summary>The template of the tasks of a schedule.</summary>
internal sealed record ScheduleTaskView
{
    public required string Type { get; init; }

    public required string Group { get; init; }

    public string? Label { get; init; }

    public required int Priority { get; init; }

    public required int MaxAttempts { get; init; }

    public long? TimeoutMs { get; init; }

    public required ContentView Payload { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public string? DedupKey { get; init; }

    public required bool RequiresApproval { get; init; }
}

internal sealed record ScheduleRunView
{
    public required string At { get; init; }

    public long? Id { get; init; }

    /// <summary><c>enqueued</c>, <c>overlapped</c>, <c>deduplicated</c> or <c>missed</c>.</summary>
    public required string Result { get; init; }

    public required bool Manual { get; init; }

    /// <summary><see langword="null"/> while it has not finished, or if no task was enqueued.</summary>
    public string? Outcome { get; init; }

    public string? FinishedAt { get; init; }
}

internal sealed record PreviewView(string Words, IReadOnlyList<string> Next);

using DurableQueue.Schedules;

namespace DurableQueue.Storage;

/// <summary>A schedule as a store has it. All times are milliseconds since the Unix epoch.</summary>
internal sealed class ScheduleRecord
{
    public string Name { get; init; } = "";

    /// <summary>As <see cref="CheckedSchedule.Definition"/>.</summary>
    public string Definition { get; init; } = "";

    public byte[] Payload { get; init; } = [];

    /// <summary>The fingerprint of what code declared last.</summary>
    public string? Declared { get; init; }

    public long AnchorMs { get; init; }

    public bool Paused { get; init; }

    public string? PauseReason { get; init; }

    public long? PausedAtMs { get; init; }

    public int Failures { get; init; }

    public long? NextOccurrenceMs { get; init; }

    public long? NextAfterMs { get; init; }

    public long NextAfterOffsetMs { get; init; }

    public long? NextFireMs { get; init; }

    public long? LastOccurrenceMs { get; init; }

    public long CreatedAtMs { get; init; }

    public long UpdatedAtMs { get; init; }

    public StoredNext Next => new(NextOccurrenceMs, NextAfterMs, NextAfterOffsetMs);
}

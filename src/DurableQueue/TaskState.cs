using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>Where a task stands. There are exactly these five; <see cref="TaskHolds"/> and <see cref="TaskOutcome"/> say more.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskState>))]
public enum TaskState
{
    /// <summary>Waits to run: ready when it has no <see cref="TaskHolds"/>.</summary>
    Queued = 0,

    /// <summary>A worker holds a lease on it and runs it.</summary>
    CheckedOut = 1,

    /// <summary>Finished with success.</summary>
    Done = 2,

    /// <summary>Finished without success; <see cref="TaskOutcome"/> says how.</summary>
    Failed = 3,

    /// <summary>Ended by a cancellation, before or while it ran.</summary>
    Cancelled = 4,
}

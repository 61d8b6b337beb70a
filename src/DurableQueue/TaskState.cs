using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>The state of a task. <see cref="TaskHolds"/> and <see cref="TaskOutcome"/> give details.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskState>))]
public enum TaskState
{
    /// <summary>The task waits to run. It is ready when it has no <see cref="TaskHolds"/>.</summary>
    Queued = 0,

    /// <summary>A worker has checked the task out and runs it under a lease.</summary>
    CheckedOut = 1,

    /// <summary>The task succeeded.</summary>
    Done = 2,

    /// <summary>The task failed; <see cref="TaskOutcome"/> says how.</summary>
    Failed = 3,

    /// <summary>The task was cancelled, before or while it ran.</summary>
    Cancelled = 4,
}

using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>How a finished task ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskOutcome>))]
public enum TaskOutcome
{
    /// <summary>The task has not finished.</summary>
    None = 0,

    /// <summary>The handler completed. State <see cref="TaskState.Done"/>.</summary>
    Succeeded = 1,

    /// <summary>The last attempt failed, or an attempt failed permanently. State <see cref="TaskState.Failed"/>.</summary>
    Failed = 2,

    /// <summary>The last attempt exceeded its timeout. State <see cref="TaskState.Failed"/>.</summary>
    TimedOut = 3,

    /// <summary>The lease of the last attempt expired because its worker crashed or hung. State <see cref="TaskState.Failed"/>.</summary>
    Abandoned = 4,

    /// <summary>The condition of a dependency wasn't met. State <see cref="TaskState.Failed"/>.</summary>
    DependencyFailed = 5,

    /// <summary>An approval was rejected. State <see cref="TaskState.Failed"/>.</summary>
    Rejected = 6,

    /// <summary>The task was cancelled while it was queued. State <see cref="TaskState.Cancelled"/>.</summary>
    Cancelled = 7,

    /// <summary>The task was cancelled while it was running. State <see cref="TaskState.Cancelled"/>.</summary>
    Killed = 8,
}

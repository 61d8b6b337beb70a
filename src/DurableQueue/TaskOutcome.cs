using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>How a finished task ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskOutcome>))]
public enum TaskOutcome
{
    /// <summary>Not finished.</summary>
    None = 0,

    /// <summary>The handler completed. State <see cref="TaskState.Done"/>.</summary>
    Succeeded = 1,

    /// <summary>The last attempt failed, or failed permanently. State <see cref="TaskState.Failed"/>.</summary>
    Failed = 2,

    /// <summary>The last attempt ran past its timeout. State <see cref="TaskState.Failed"/>.</summary>
    TimedOut = 3,

    /// <summary>The lease of the last attempt expired: its worker died or stood still. State <see cref="TaskState.Failed"/>.</summary>
    Abandoned = 4,

    /// <summary>A dependency ended otherwise than its condition asks. State <see cref="TaskState.Failed"/>.</summary>
    DependencyFailed = 5,

    /// <summary>Its approval was refused. State <see cref="TaskState.Failed"/>.</summary>
    Rejected = 6,

    /// <summary>Cancelled while it was queued. State <see cref="TaskState.Cancelled"/>.</summary>
    Cancelled = 7,

    /// <summary>Cancelled while it ran. State <see cref="TaskState.Cancelled"/>.</summary>
    Killed = 8,
}

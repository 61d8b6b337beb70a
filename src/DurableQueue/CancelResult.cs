using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>The result of a cancel.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CancelResult>))]
public enum CancelResult
{
    /// <summary>The task was queued and is now <see cref="TaskState.Cancelled"/>.</summary>
    Cancelled = 0,

    /// <summary>The task is running. Its worker is notified, and the task ends with <see cref="TaskOutcome.Killed"/> unless its handler completes first.</summary>
    Requested = 1,

    /// <summary>The task has already finished; nothing has changed.</summary>
    AlreadyFinished = 2,
}

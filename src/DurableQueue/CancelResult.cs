using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What a cancel did.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CancelResult>))]
public enum CancelResult
{
    /// <summary>The task was queued and is now <see cref="TaskState.Cancelled"/>.</summary>
    Cancelled = 0,

    /// <summary>The task runs; its worker is told, and it ends <see cref="TaskOutcome.Killed"/> unless it finishes its work first.</summary>
    Requested = 1,

    /// <summary>The task had finished; nothing changed.</summary>
    AlreadyFinished = 2,
}

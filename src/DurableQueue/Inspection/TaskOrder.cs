using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>The order of a <see cref="TaskQuery"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskOrder>))]
public enum TaskOrder
{
    /// <summary>Oldest enqueued first.</summary>
    Enqueued = 0,

    /// <summary>Newest enqueued first.</summary>
    EnqueuedDescending = 1,

    /// <summary>First finished first; only finished tasks.</summary>
    Finished = 2,

    /// <summary>Last finished first; only finished tasks.</summary>
    FinishedDescending = 3,
}

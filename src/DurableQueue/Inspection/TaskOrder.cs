using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>The order of a <see cref="TaskQuery"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskOrder>))]
public enum TaskOrder
{
    /// <summary>By enqueue, oldest first.</summary>
    Enqueued = 0,

    /// <summary>By enqueue, newest first.</summary>
    EnqueuedDescending = 1,

    /// <summary>By finish, oldest first. Returns only finished tasks.</summary>
    Finished = 2,

    /// <summary>By finish, newest first. Returns only finished tasks.</summary>
    FinishedDescending = 3,
}

using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>Why a queued task isn't ready. A queued task without a hold is ready.</summary>
[Flags]
[JsonConverter(typeof(JsonStringEnumConverter<TaskHolds>))]
public enum TaskHolds
{
    /// <summary>Ready.</summary>
    None = 0,

    /// <summary>The task waits for its dependencies: <see cref="NewTask.After"/>.</summary>
    Dependencies = 1,

    /// <summary>The task waits for a time: <see cref="NewTask.NotBefore"/>, the backoff of a retry, or the delay of a release.</summary>
    NotBefore = 2,

    /// <summary>The task was put aside until <see cref="ITaskControl.UnstashAsync"/>.</summary>
    Stashed = 4,

    /// <summary>The task waits for <see cref="ITaskControl.ApproveAsync"/> or <see cref="ITaskControl.RejectAsync"/>.</summary>
    Approval = 8,

    /// <summary>A budget of the task is used up until its window resets.</summary>
    Budget = 16,
}

using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>Why a queued task is not ready yet. A queued task without a hold is ready.</summary>
[Flags]
[JsonConverter(typeof(JsonStringEnumConverter<TaskHolds>))]
public enum TaskHolds
{
    /// <summary>Ready.</summary>
    None = 0,

    /// <summary>Waits for the tasks named in <see cref="NewTask.After"/>.</summary>
    Dependencies = 1,

    /// <summary>Its time has not come: <see cref="NewTask.NotBefore"/>, a retry's backoff, or a snooze.</summary>
    NotBefore = 2,

    /// <summary>Put aside by hand until <see cref="ITaskControl.UnstashAsync"/>.</summary>
    Stashed = 4,

    /// <summary>Waits for <see cref="ITaskControl.ApproveAsync"/> or <see cref="ITaskControl.RejectAsync"/>.</summary>
    Approval = 8,

    /// <summary>A budget it counts against is used up until the budget's window resets.</summary>
    Budget = 16,
}

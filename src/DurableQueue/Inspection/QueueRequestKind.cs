using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What somebody asked for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QueueRequestKind>))]
public enum QueueRequestKind
{
    /// <summary>To cancel a task.</summary>
    Cancel,

    /// <summary>To cancel a task and all that depend on it.</summary>
    CancelTree,

    /// <summary>To queue a finished task again.</summary>
    Retry,

    /// <summary>To put a task aside.</summary>
    Stash,

    /// <summary>To take a task back that was put aside.</summary>
    Unstash,

    /// <summary>To run a task next.</summary>
    RunNow,

    /// <summary>To approve a task, or what its handler asked for.</summary>
    Approve,

    /// <summary>To reject a task, or what its handler asked for.</summary>
    Reject,

    /// <summary>To change a queued task.</summary>
    Edit,

    /// <summary>To exchange the places of two tasks.</summary>
    Swap,

    /// <summary>To delete tasks.</summary>
    Remove,

    /// <summary>To create or set up a group.</summary>
    GroupSet,

    /// <summary>To pause a group.</summary>
    GroupPause,

    /// <summary>To resume a group.</summary>
    GroupResume,

    /// <summary>To remove a group.</summary>
    GroupRemove,
}

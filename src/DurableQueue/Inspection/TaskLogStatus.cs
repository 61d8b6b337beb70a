using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>Whether a log can be read here, and why not.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskLogStatus>))]
public enum TaskLogStatus
{
    /// <summary>It can be read.</summary>
    Present,

    /// <summary>Tasks of this type have no log.</summary>
    NoLog,

    /// <summary>The task has no separate standard error: its output has both.</summary>
    NotSeparate,

    /// <summary>The task has not started yet.</summary>
    NotStarted,

    /// <summary>The task has not had that attempt.</summary>
    NoSuchAttempt,

    /// <summary>The attempt has written nothing yet.</summary>
    NothingWritten,

    /// <summary>It is on the machine of the worker: <see cref="TaskLog.Host"/>.</summary>
    OnAnotherHost,

    /// <summary>The worker writes it to another directory of this machine.</summary>
    InAnotherDirectory,

    /// <summary>It was deleted.</summary>
    Removed,
}

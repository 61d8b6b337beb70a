using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>How long a task holds its <see cref="NewTask.DedupKey"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DedupScope>))]
public enum DedupScope
{
    /// <summary>
    /// Until the task finishes, in any state, or a cancel is requested: while a cancelled task is still stopping, an enqueue with the same key
    /// creates a new task, which may start at once. <see cref="ITaskControl.RetryAsync"/> takes the key again, and fails if another task holds it.
    /// </summary>
    Active = 0,

    /// <summary>Forever, even after the task was pruned. Only <see cref="ITaskControl.RemoveAsync"/> frees the key.</summary>
    Forever = 1,

    /// <summary>
    /// Until the task is checked out: an enqueue while it runs creates a new task, so that changes which the running task may have missed are
    /// processed. A task that is queued again (by a retry, a release or an expired lease) takes the key again if it is free, and continues without it
    /// if another task holds it.
    /// </summary>
    UntilStarted = 2,
}

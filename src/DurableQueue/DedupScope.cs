using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>How long a task holds its <see cref="NewTask.DedupKey"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DedupScope>))]
public enum DedupScope
{
    /// <summary>
    /// Until it finishes, in whatever state, or until it is asked to stop: while a cancelled task is still stopping, the same key makes a new task, which may
    /// start at once. <see cref="ITaskControl.RetryAsync"/> takes the key again, and is refused if another task has it.
    /// </summary>
    Active = 0,

    /// <summary>Forever, also after the task was pruned; only <see cref="ITaskControl.RemoveAsync"/> frees the key.</summary>
    Forever = 1,

    /// <summary>
    /// Until it is checked out: what is enqueued while it runs is a new task, so that no change is missed which the running one may not have seen. A task
    /// that is queued again (a retry, a release, an expired lease) takes the key again if it is free, and goes without it if another task has it.
    /// </summary>
    UntilStarted = 2,
}

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

    /// <summary>
    /// By when they run. Returns only queued tasks: first the ready ones in the order of checkouts (tasks to run now, then by priority, then oldest first,
    /// across all groups and types, full groups included); then the ready ones that a pause or a budget of their group, or a budget of their type, keeps from starting,
    /// in the same order; then the delayed ones by the end of their delay; then the other held ones by id. A page continues behind the place of its last
    /// task: a task that came to an earlier place meanwhile is not in it.
    /// </summary>
    Run = 4,
}

namespace DurableQueue.Storage;

/// <summary>What the plan of an enqueue asks about the tasks that are stored.</summary>
internal interface IStoredTasks
{
    /// <summary>The task that holds a dedup key; <see langword="null"/> if none does.</summary>
    TaskId? HolderOf(string dedupKey);

    /// <summary>The state of a task; <see langword="null"/> if there is no such task.</summary>
    TaskState? StateOf(long id);

    /// <summary>An id that no task has or had.</summary>
    TaskId NextId();
}

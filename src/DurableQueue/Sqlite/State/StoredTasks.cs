using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>What enqueues and edits ask about the tasks in the file.</summary>
internal sealed class StoredTasks(WriteConnection db, QueueCounters counters) : IStoredTasks
{
    private const string SelectKeyHolder = "SELECT task_id FROM dedup WHERE key = @key";

    private const string SelectState = "SELECT state FROM task WHERE id = @id";

    public TaskId? HolderOf(string dedupKey) => db[SelectKeyHolder].Bind("@key", dedupKey).Scalar() is { } holder ? new TaskId(holder) : null;

    public TaskState? StateOf(long id) => db[SelectState].Bind("@id", id).Scalar() is { } state ? (TaskState)state : null;

    public TaskId NextId() => new(counters.NextTaskId());
}

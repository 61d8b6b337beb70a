namespace DurableQueue.Sqlite;

/// <summary>Which task holds which dedup key.</summary>
internal sealed class DedupKeys(WriteConnection db)
{
    private const string Delete = "DELETE FROM dedup WHERE task_id = @id";

    private const string SelectHolder = "SELECT d.task_id FROM task_body b JOIN dedup d ON d.key = b.dedup_key WHERE b.id = @id";

    private const string Insert =
        "INSERT INTO dedup (key, task_id) SELECT dedup_key, id FROM task_body WHERE id = @id ON CONFLICT (key) DO NOTHING";

    /// <summary>The task gives its key up: the next enqueue with the key stores a new task.</summary>
    public void Free(TaskId id) => db[Delete].Bind("@id", id.Value).Run();

    /// <summary>The task takes its key again, if no other task has it.</summary>
    public void Take(TaskId id) => db[Insert].Bind("@id", id.Value).Run();

    /// <summary>Another task that holds the key which a finished one needs to be queued again.</summary>
    public TaskId? OtherHolder(TaskRow row)
    {
        if (row.Dedup is null or DedupScope.UntilStarted || db[SelectHolder].Bind("@id", row.Id.Value).Scalar() is not { } holder || holder == row.Id.Value)
        {
            return null;
        }

        return new TaskId(holder);
    }
}

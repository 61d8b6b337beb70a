namespace DurableQueue.Sqlite;

/// <summary>The counters of the whole queue: read once, written once a batch.</summary>
internal sealed class QueueCounters(WriteConnection db)
{
    private bool loaded;
    private bool dirty;
    private long nextTaskId;
    private long finishSequence;
    private long prunedThrough;
    private long removals;

    private const string Select = "SELECT next_task_id, finish_sequence, pruned_through, removals FROM queue_state WHERE id = 1";

    private const string Update =
        """
        UPDATE queue_state
        SET next_task_id = @nextTaskId, finish_sequence = @finishSequence, pruned_through = @prunedThrough, removals = @removals
        WHERE id = 1
        """;

    public long NextTaskId()
    {
        Change();
        return nextTaskId++;
    }

    public long NextFinishSequence()
    {
        Change();
        return ++finishSequence;
    }

    /// <summary>What <see cref="NextFinishSequence"/> will give.</summary>
    public long ComingFinishSequence()
    {
        Load();
        return finishSequence + 1;
    }

    public void PrunedThrough(long sequence)
    {
        Change();
        prunedThrough = Math.Max(prunedThrough, sequence);
    }

    public void Removed()
    {
        Change();
        removals++;
    }

    public void WriteDirty()
    {
        if (dirty)
        {
            db[Update].Bind("@nextTaskId", nextTaskId)
                .Bind("@finishSequence", finishSequence)
                .Bind("@prunedThrough", prunedThrough)
                .Bind("@removals", removals)
                .Run();
            dirty = false;
        }
    }

    public void Forget() => loaded = dirty = false;

    private void Change()
    {
        Load();
        dirty = true;
    }

    private void Load()
    {
        if (loaded)
        {
            return;
        }

        var select = db[Select];
        if (!select.Step())
        {
            throw SqliteErrors.MissingCounters();
        }

        (nextTaskId, finishSequence, prunedThrough, removals) = (select.Long(0), select.Long(1), select.Long(2), select.Long(3));
        select.Reset();
        loaded = true;
    }
}

namespace DurableQueue.Sqlite;

/// <summary>A group's row in memory: changed here by any number of operations, written once a batch.</summary>
internal sealed class GroupState
{
    private readonly GroupCache cache;
    private bool dirty;

    public GroupState(GroupCache cache, Statement row)
    {
        this.cache = cache;
        Id = row.Long(0);
        Name = row.Text(1);
        Parallelism = row.Int(2);
        Paused = row.Bool(3);
        PauseOnFailure = row.Bool(4);
        Removed = row.Bool(5);
        Queued = row.Long(6);
        Ready = row.Long(7);
        Scheduled = row.Long(8);
        Running = row.Long(9);
        Waiting = row.Long(10);
        Done = row.Long(11);
        Failed = row.Long(12);
        Cancelled = row.Long(13);
        OverBudget = StoredOverBudget = row.Bool(14);
        Configured = row.Bool(15);
        StoredOpen = IsOpen;
    }

    public long Id { get; }

    public string Name { get; }

    public int Parallelism { get; private set; }

    public bool Paused { get; private set; }

    public bool PauseOnFailure { get; private set; }

    public bool Removed { get; private set; }

    /// <summary>Somebody has made it, or set something of it; not only an enqueue.</summary>
    public bool Configured { get; private set; }

    public long Queued { get; private set; }

    /// <summary>Queued without a hold.</summary>
    public long Ready { get; private set; }

    /// <summary>Queued with the hold NotBefore, whatever else holds them.</summary>
    public long Scheduled { get; private set; }

    public long Running { get; private set; }

    public long Waiting { get; private set; }

    public long Done { get; private set; }

    public long Failed { get; private set; }

    public long Cancelled { get; private set; }

    /// <summary>A task of it may be checked out.</summary>
    public bool IsOpen => !Paused && FreeSlots > 0 && !OverBudget;

    /// <summary>A budget of it is used up: nothing of it starts, but what is forced.</summary>
    public bool OverBudget { get; private set; }

    /// <summary>What <see cref="OverBudget"/> was when the lanes of the group were last written.</summary>
    public bool StoredOverBudget { get; set; }

    /// <summary>What <see cref="IsOpen"/> was when the lanes of the group were last written.</summary>
    public bool StoredOpen { get; set; }

    public long FreeSlots => Parallelism == 0 ? long.MaxValue : Parallelism - Running;

    public bool HasUnfinished => Queued + Running + Waiting > 0;

    /// <summary>It is in the list of those whose lanes have to be opened or closed.</summary>
    public bool Toggled { get; set; }

    /// <summary>The lanes of the group that are in memory.</summary>
    public List<LaneState> Lanes { get; } = [];

    public void SetParallelism(int parallelism)
    {
        Parallelism = parallelism;
        Touch();
    }

    public void SetPaused(bool paused)
    {
        Paused = paused;
        Touch();
    }

    public void SetPauseOnFailure(bool pauseOnFailure)
    {
        PauseOnFailure = pauseOnFailure;
        Touch();
    }

    /// <summary>Only for <see cref="GroupCache.SetOverBudget"/>, which writes it.</summary>
    public void SetOverBudget(bool overBudget)
    {
        OverBudget = overBudget;
        cache.MarkToggled(this);
    }

    /// <summary>Hides the group, or brings it back. Its settings stay: whatever brings it back may not run past a limit or a pause.</summary>
    public void SetRemoved(bool removed)
    {
        Removed = removed;
        Touch();
    }

    public void SetConfigured()
    {
        Configured = true;
        Touch();
    }

    /// <summary>Gives it the settings of a new group.</summary>
    public void Reset()
    {
        Parallelism = 0;
        Paused = false;
        PauseOnFailure = false;
        Configured = false;
        Touch();
    }

    /// <summary>Counts <paramref name="by"/> tasks more (or fewer) in a state. Checked-out tasks count as running or as waiting.</summary>
    public void Count(TaskState state, bool waiting, int by)
    {
        switch (state)
        {
            case TaskState.Queued:
                Queued += by;
                break;
            case TaskState.CheckedOut when waiting:
                Waiting += by;
                break;
            case TaskState.CheckedOut:
                Running += by;
                break;
            case TaskState.Done:
                Done += by;
                break;
            case TaskState.Failed:
                Failed += by;
                break;
            case TaskState.Cancelled:
                Cancelled += by;
                break;
        }

        Touch();
    }

    /// <summary>Counts <paramref name="by"/> queued tasks more (or fewer) that have these holds.</summary>
    public void CountHolds(TaskHolds holds, int by)
    {
        if (holds == TaskHolds.None)
        {
            Ready += by;
        }
        else if (holds.HasFlag(TaskHolds.NotBefore))
        {
            Scheduled += by;
        }

        Touch();
    }

    public void Write(Statement update)
    {
        update.Bind("@id", Id)
            .Bind("@parallelism", (long)Parallelism)
            .Bind("@paused", Paused)
            .Bind("@pauseOnFailure", PauseOnFailure)
            .Bind("@removed", Removed)
            .Bind("@configured", Configured)
            .Bind("@queued", Queued)
            .Bind("@ready", Ready)
            .Bind("@scheduled", Scheduled)
            .Bind("@running", Running)
            .Bind("@waiting", Waiting)
            .Bind("@done", Done)
            .Bind("@failed", Failed)
            .Bind("@cancelled", Cancelled)
            .Run();
        dirty = false;
    }

    private void Touch()
    {
        if (!dirty)
        {
            dirty = true;
            cache.MarkDirty(this);
        }

        if (IsOpen != StoredOpen)
        {
            cache.MarkToggled(this);
        }
    }
}

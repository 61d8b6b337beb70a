using DurableQueue.Groups;

namespace DurableQueue.Sqlite;

/// <summary>A group's row in memory: changed here by any number of operations, written once a batch.</summary>
internal sealed class GroupState
{
    private readonly GroupCache cache;
    private GroupCounts counts;
    private HoldCounts heldSinceWritten;
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
        counts = new GroupCounts
        {
            Queued = row.Long(6),
            Ready = row.Long(7),
            Scheduled = row.Long(8),
            Running = row.Long(9),
            Waiting = row.Long(10),
            Done = row.Long(11),
            Failed = row.Long(12),
            Cancelled = row.Long(13),
        };
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

    /// <summary>It was created or configured explicitly, and not only by an enqueue.</summary>
    public bool Configured { get; private set; }

    public GroupCounts Counts => counts;

    /// <summary>A task of it may be checked out.</summary>
    public bool IsOpen => !Paused && FreeSlots > 0 && !OverBudget;

    /// <summary>A budget of it is used up: nothing of it starts, but what is forced.</summary>
    public bool OverBudget { get; private set; }

    /// <summary>What <see cref="OverBudget"/> was when the lanes of the group were last written.</summary>
    public bool StoredOverBudget { get; set; }

    /// <summary>What <see cref="IsOpen"/> was when the lanes of the group were last written.</summary>
    public bool StoredOpen { get; set; }

    public long FreeSlots => Parallelism == 0 ? long.MaxValue : Parallelism - counts.Running;

    public bool HasUnfinished => counts.HasUnfinished;

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

    /// <summary>Tasks of the group are counted under another counter from now on.</summary>
    public void Move(CountedAs from, CountedAs to, int tasks = 1)
    {
        counts.Move(from, to, tasks);
        heldSinceWritten.Move(from.Holds, to.Holds, tasks);
        Touch();
    }

    /// <summary>A hold came or went, beside those for a time.</summary>
    public bool HasHeldChanges => !heldSinceWritten.IsZero;

    public void Write(Statement update)
    {
        update.Bind("@id", Id)
            .Bind("@parallelism", (long)Parallelism)
            .Bind("@paused", Paused)
            .Bind("@pauseOnFailure", PauseOnFailure)
            .Bind("@removed", Removed)
            .Bind("@configured", Configured)
            .Bind("@queued", counts.Queued)
            .Bind("@ready", counts.Ready)
            .Bind("@scheduled", counts.Scheduled)
            .Bind("@running", counts.Running)
            .Bind("@waiting", counts.Waiting)
            .Bind("@done", counts.Done)
            .Bind("@failed", counts.Failed)
            .Bind("@cancelled", counts.Cancelled)
            .Run();
        dirty = false;
    }

    public void WriteHeld(Statement add)
    {
        add.Bind("@id", Id)
            .Bind("@blocked", heldSinceWritten.Blocked)
            .Bind("@stashed", heldSinceWritten.Stashed)
            .Bind("@awaitingApproval", heldSinceWritten.AwaitingApproval)
            .Bind("@heldByBudget", heldSinceWritten.HeldByBudget)
            .Run();
        heldSinceWritten = default;
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

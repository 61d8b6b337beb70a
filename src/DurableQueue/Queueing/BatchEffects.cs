namespace DurableQueue.Queueing;

/// <summary>What a batch means for others, announced after its commit.</summary>
internal sealed class BatchEffects(TaskEvents events)
{
    /// <summary>Something was written.</summary>
    public bool Changed { get; set; }

    /// <summary>A lane that had nothing to offer has something now.</summary>
    public bool Ready { get; set; }

    /// <summary>Tasks finished, or finished ones were withdrawn or removed.</summary>
    public bool Finished { get; set; }

    /// <summary>Notifications were raised.</summary>
    public bool Notified { get; set; }

    /// <summary>Approvals were asked for, decided or withdrawn.</summary>
    public bool Approvals { get; set; }

    /// <summary>Work was left over that no caller waits for.</summary>
    public bool CascadeLeft { get; set; }

    /// <summary>When the next delay ends, the next lease expires or the next schedule fires; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDeadlineMs { get; set; }

    /// <summary>Running tasks whose cancellation was requested.</summary>
    public List<TaskId> CancelRequested { get; } = [];

    /// <summary>Schedules that paused themselves, each with its reason, for the log.</summary>
    public List<(string Schedule, string Reason)> PausedSchedules { get; } = [];

    /// <summary>Budgets of which much is used by now.</summary>
    public List<BudgetWarning> BudgetWarnings { get; } = [];

    /// <summary>What happened to which tasks, for the metrics.</summary>
    public TaskEvents Events { get; } = events;

    /// <summary>How many operations the batch had.</summary>
    public int Operations { get; set; }

    /// <summary>How long the commit took, in real time.</summary>
    public TimeSpan CommitTime { get; set; }

    public void Clear()
    {
        Events.Clear();
        Changed = false;
        Ready = false;
        Finished = false;
        Notified = false;
        Approvals = false;
        CascadeLeft = false;
        CancelRequested.Clear();
        PausedSchedules.Clear();
        BudgetWarnings.Clear();
    }
}

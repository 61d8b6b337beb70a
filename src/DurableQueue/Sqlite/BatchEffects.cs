using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>What a batch means for others, to be told after its commit.</summary>
internal sealed class BatchEffects(TaskEvents events)
{
    /// <summary>A lane that had nothing to offer has something now.</summary>
    public bool Ready { get; set; }

    /// <summary>Tasks finished, or finished ones were withdrawn or removed.</summary>
    public bool Finished { get; set; }

    /// <summary>Work was left over that no caller waits for.</summary>
    public bool SettlingLeft { get; set; }

    /// <summary>When the next delay ends or the next lease expires; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDeadlineMs { get; set; }

    /// <summary>Running tasks whose workers have to be told.</summary>
    public List<TaskId> CancelRequested { get; } = [];

    /// <summary>What happened to which tasks, for the metrics.</summary>
    public TaskEvents Events { get; } = events;

    /// <summary>How many operations the batch had.</summary>
    public int Operations { get; set; }

    /// <summary>How long the commit took, in real time.</summary>
    public TimeSpan CommitTime { get; set; }

    public void Clear()
    {
        Events.Clear();
        Ready = false;
        Finished = false;
        SettlingLeft = false;
        CancelRequested.Clear();
    }
}

namespace DurableQueue;

/// <summary>Numbers of tasks by state.</summary>
/// <param name="Queued">In state <see cref="TaskState.Queued"/>, ready or held.</param>
/// <param name="CheckedOut">In state <see cref="TaskState.CheckedOut"/>.</param>
/// <param name="Done">In state <see cref="TaskState.Done"/>.</param>
/// <param name="Failed">In state <see cref="TaskState.Failed"/>.</param>
/// <param name="Cancelled">In state <see cref="TaskState.Cancelled"/>.</param>
public readonly record struct StateCounts(long Queued, long CheckedOut, long Done, long Failed, long Cancelled)
{
    /// <summary>The number for one state.</summary>
    public long this[TaskState state] => state switch
    {
        TaskState.Queued => Queued,
        TaskState.CheckedOut => CheckedOut,
        TaskState.Done => Done,
        TaskState.Failed => Failed,
        TaskState.Cancelled => Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a task state."),
    };

    /// <summary>Queued and checked out together.</summary>
    public long Unfinished => Queued + CheckedOut;

    /// <summary>All five together.</summary>
    public long Total => Queued + CheckedOut + Done + Failed + Cancelled;

    /// <summary>The sums, state by state.</summary>
    public static StateCounts operator +(StateCounts left, StateCounts right) => left.Add(right);

    /// <summary>The sums, state by state.</summary>
    public StateCounts Add(StateCounts other) =>
        new(Queued + other.Queued, CheckedOut + other.CheckedOut, Done + other.Done, Failed + other.Failed, Cancelled + other.Cancelled);
}

namespace DurableQueue;

/// <summary>The number of tasks by state.</summary>
/// <param name="Queued">Tasks in state <see cref="TaskState.Queued"/>, ready or held.</param>
/// <param name="CheckedOut">Tasks in state <see cref="TaskState.CheckedOut"/>.</param>
/// <param name="Done">Tasks in state <see cref="TaskState.Done"/>.</param>
/// <param name="Failed">Tasks in state <see cref="TaskState.Failed"/>.</param>
/// <param name="Cancelled">Tasks in state <see cref="TaskState.Cancelled"/>.</param>
public readonly record struct StateCounts(long Queued, long CheckedOut, long Done, long Failed, long Cancelled)
{
    /// <summary>The number of tasks in one state.</summary>
    public long this[TaskState state] => state switch
    {
        TaskState.Queued => Queued,
        TaskState.CheckedOut => CheckedOut,
        TaskState.Done => Done,
        TaskState.Failed => Failed,
        TaskState.Cancelled => Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a task state."),
    };

    /// <summary>The number of queued and checked-out tasks.</summary>
    public long Unfinished => Queued + CheckedOut;

    /// <summary>The number of all tasks.</summary>
    public long Total => Queued + CheckedOut + Done + Failed + Cancelled;

    /// <summary>Adds the numbers of each state.</summary>
    public static StateCounts operator +(StateCounts left, StateCounts right) => left.Add(right);

    /// <summary>Adds the numbers of each state.</summary>
    public StateCounts Add(StateCounts other) =>
        new(Queued + other.Queued, CheckedOut + other.CheckedOut, Done + other.Done, Failed + other.Failed, Cancelled + other.Cancelled);
}

namespace DurableQueue.Groups;

/// <summary>Under which of a group's counters a task is counted.</summary>
internal readonly record struct CountedAs
{
    private CountedAs(CountedPlace place, TaskHolds holds = TaskHolds.None)
    {
        Place = place;
        Holds = holds;
    }

    /// <summary>Under none: the task does not exist yet, is deleted, or belongs to another group.</summary>
    public static CountedAs Nothing => default;

    /// <summary>Queued without a hold.</summary>
    public static CountedAs Ready => new(CountedPlace.Queued);

    /// <summary>Checked out, and in a slot of the group.</summary>
    public static CountedAs Running => new(CountedPlace.Running);

    /// <summary>Checked out; its slot is given back while its handler waits.</summary>
    public static CountedAs Waiting => new(CountedPlace.Waiting);

    public static CountedAs Done => new(CountedPlace.Done);

    public static CountedAs Failed => new(CountedPlace.Failed);

    public static CountedAs Cancelled => new(CountedPlace.Cancelled);

    public CountedPlace Place { get; }

    /// <summary>The holds of a queued task: it is counted once under each of them.</summary>
    public TaskHolds Holds { get; }

    public bool IsUnfinished => Place is CountedPlace.Queued or CountedPlace.Running or CountedPlace.Waiting;

    public bool IsCheckedOut => Place is CountedPlace.Running or CountedPlace.Waiting;

    /// <summary>Where a queued task is counted.</summary>
    public static CountedAs Queued(TaskHolds holds) => new(CountedPlace.Queued, holds);

    /// <summary>Where a task is counted.</summary>
    /// <param name="state">Its state.</param>
    /// <param name="waiting">A checked-out task has given its slot back.</param>
    /// <param name="holds">The holds of a queued task.</param>
    public static CountedAs Of(TaskState state, bool waiting, TaskHolds holds) => state switch
    {
        TaskState.Queued => Queued(holds),
        TaskState.CheckedOut => waiting ? Waiting : Running,
        TaskState.Done => Done,
        TaskState.Failed => Failed,
        TaskState.Cancelled => Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Is not a state."),
    };
}

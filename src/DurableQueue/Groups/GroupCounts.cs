namespace DurableQueue.Groups;

/// <summary>The counters of a group. They change by moves of tasks from one counter to another, never one counter alone.</summary>
internal struct GroupCounts
{
    private long queued;
    private long ready;
    private long scheduled;
    private long running;
    private long waiting;
    private long done;
    private long failed;
    private long cancelled;

    /// <summary>All queued tasks: ready, scheduled and held ones.</summary>
    public long Queued { readonly get => queued; init => queued = value; }

    public long Ready { readonly get => ready; init => ready = value; }

    public long Scheduled { readonly get => scheduled; init => scheduled = value; }

    public long Running { readonly get => running; init => running = value; }

    public long Waiting { readonly get => waiting; init => waiting = value; }

    public long Done { readonly get => done; init => done = value; }

    public long Failed { readonly get => failed; init => failed = value; }

    public long Cancelled { readonly get => cancelled; init => cancelled = value; }

    public readonly bool HasUnfinished => Queued + Running + Waiting > 0;

    /// <summary>Where a task is counted.</summary>
    /// <param name="state">Its state.</param>
    /// <param name="waiting">A checked-out task has given its slot back.</param>
    /// <param name="holds">The holds of a queued task.</param>
    public static CountedAs Of(TaskState state, bool waiting, TaskHolds holds) => state switch
    {
        TaskState.Queued => OfQueued(holds),
        TaskState.CheckedOut => waiting ? CountedAs.Waiting : CountedAs.Running,
        TaskState.Done => CountedAs.Done,
        TaskState.Failed => CountedAs.Failed,
        TaskState.Cancelled => CountedAs.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Is not a state."),
    };

    /// <summary>Where a queued task is counted.</summary>
    public static CountedAs OfQueued(TaskHolds holds) =>
        holds == TaskHolds.None ? CountedAs.Ready
        : (holds & TaskHolds.NotBefore) != 0 ? CountedAs.Scheduled
        : CountedAs.Held;

    /// <summary>Tasks are counted under another counter from now on.</summary>
    public void Move(CountedAs from, CountedAs to, int tasks)
    {
        Add(from, -tasks);
        Add(to, tasks);
    }

    private void Add(CountedAs counter, int tasks)
    {
        switch (counter)
        {
            case CountedAs.Ready:
                queued += tasks;
                ready += tasks;
                break;
            case CountedAs.Scheduled:
                queued += tasks;
                scheduled += tasks;
                break;
            case CountedAs.Held:
                queued += tasks;
                break;
            case CountedAs.Running:
                running += tasks;
                break;
            case CountedAs.Waiting:
                waiting += tasks;
                break;
            case CountedAs.Done:
                done += tasks;
                break;
            case CountedAs.Failed:
                failed += tasks;
                break;
            case CountedAs.Cancelled:
                cancelled += tasks;
                break;
        }
    }
}

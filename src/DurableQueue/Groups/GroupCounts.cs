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

    /// <summary>Queued without a hold.</summary>
    public long Ready { readonly get => ready; init => ready = value; }

    /// <summary>Queued with the hold NotBefore, whatever else holds it.</summary>
    public long Scheduled { readonly get => scheduled; init => scheduled = value; }

    public long Running { readonly get => running; init => running = value; }

    public long Waiting { readonly get => waiting; init => waiting = value; }

    public long Done { readonly get => done; init => done = value; }

    public long Failed { readonly get => failed; init => failed = value; }

    public long Cancelled { readonly get => cancelled; init => cancelled = value; }

    public readonly bool HasUnfinished => Queued + Running + Waiting > 0;

    /// <summary>Tasks are counted under another counter from now on.</summary>
    public void Move(CountedAs from, CountedAs to, int tasks)
    {
        Add(from, -tasks);
        Add(to, tasks);
    }

    private void Add(CountedAs counter, int tasks)
    {
        switch (counter.Place)
        {
            case CountedPlace.Queued:
                queued += tasks;
                ready += counter.Holds == TaskHolds.None ? tasks : 0;
                scheduled += (counter.Holds & TaskHolds.NotBefore) != 0 ? tasks : 0;
                break;
            case CountedPlace.Running:
                running += tasks;
                break;
            case CountedPlace.Waiting:
                waiting += tasks;
                break;
            case CountedPlace.Done:
                done += tasks;
                break;
            case CountedPlace.Failed:
                failed += tasks;
                break;
            case CountedPlace.Cancelled:
                cancelled += tasks;
                break;
        }
    }
}

using System.Runtime.InteropServices;

namespace DurableQueue.Queueing;

/// <summary>Counts what the operations of one batch did to tasks. The counts are published after the commit, and discarded by a rollback.</summary>
internal sealed class TaskEvents(QueueMetrics? metrics)
{
    private readonly List<TaskEvent> counts = [];
    private readonly List<WaitedTask> waits = [];
    private bool counting;
    private bool timing;

    public ReadOnlySpan<TaskEvent> Counts => CollectionsMarshal.AsSpan(counts);

    public ReadOnlySpan<WaitedTask> Waits => CollectionsMarshal.AsSpan(waits);

    /// <summary>Starts a batch, and checks whether there are listeners.</summary>
    public void Clear()
    {
        counts.Clear();
        waits.Clear();
        counting = metrics?.CountsTasks == true;
        timing = metrics?.TimesWaits == true;
    }

    public void Add(TaskEventKind kind, string group, string type, TaskOutcome outcome = TaskOutcome.None, int by = 1)
    {
        if (!counting || by == 0)
        {
            return;
        }

        // A list of 10,000 tasks is usually the same event 10,000 times.
        if (counts.Count > 0 && counts[^1] is var last && last.Kind == kind && last.Outcome == outcome && last.Group == group && last.Type == type)
        {
            counts[^1] = last with { Count = last.Count + by };
        }
        else
        {
            counts.Add(new TaskEvent(kind, group, type, outcome, by));
        }
    }

    public void AddWait(string group, string type, long waitedMs)
    {
        if (timing)
        {
            waits.Add(new WaitedTask(group, type, Math.Max(0, waitedMs) / 1_000.0));
        }
    }
}

/// <summary>An event that happened to a number of tasks.</summary>
internal enum TaskEventKind
{
    Enqueued,
    CheckedOut,
    Completed,
    Failed,
    Retried,
    Reaped,
    Cancelled,
}

internal readonly record struct TaskEvent(TaskEventKind Kind, string Group, string Type, TaskOutcome Outcome, int Count);

internal readonly record struct WaitedTask(string Group, string Type, double Seconds);

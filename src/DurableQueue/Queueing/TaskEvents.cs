using System.Runtime.InteropServices;

namespace DurableQueue.Queueing;

/// <summary>What the operations of one batch did to tasks, kept until the commit: a batch that is rolled back counts nothing.</summary>
internal sealed class TaskEvents(QueueMetrics? metrics)
{
    private readonly List<TaskEvent> counts = [];
    private readonly List<WaitedTask> waits = [];
    private bool counting;
    private bool timing;

    public ReadOnlySpan<TaskEvent> Counts => CollectionsMarshal.AsSpan(counts);

    public ReadOnlySpan<WaitedTask> Waits => CollectionsMarshal.AsSpan(waits);

    /// <summary>A batch begins: asks whether anybody listens.</summary>
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

        // A list of 10,000 tasks is mostly one event 10,000 times.
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

/// <summary>Something that happened to tasks.</summary>
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

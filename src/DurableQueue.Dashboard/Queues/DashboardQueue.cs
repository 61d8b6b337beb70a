namespace DurableQueue.Dashboard.Queues;

/// <summary>One queue of a dashboard, with what all its viewers share.</summary>
internal sealed class DashboardQueue(string name, ITaskQueue queue, TimeProvider time)
{
    public string Name { get; } = name;

    public ITaskQueue Queue { get; } = queue;

    public TimeProvider Time { get; } = time;

    private long change = 1;

    /// <summary>Rises whenever something is known to have changed.</summary>
    public long Change => Interlocked.Read(ref change);

    /// <summary>Answers that are shared between viewers are not used any more.</summary>
    public long MarkChanged() => Interlocked.Increment(ref change);
}

namespace DurableQueue.Dashboard.Queues;

/// <summary>Who did what from the dashboard: the latest, in memory.</summary>
internal sealed class ActionLog(TimeProvider time)
{
    private const int Most = 500;

    private readonly Lock sync = new();
    private readonly LinkedList<RecordedAction> actions = [];

    public DateTimeOffset Since { get; } = time.GetUtcNow();

    /// <summary>Newest first.</summary>
    public IReadOnlyList<RecordedAction> Latest
    {
        get
        {
            lock (sync)
            {
                return [.. actions];
            }
        }
    }

    public void Add(string? by, string what, string? target)
    {
        lock (sync)
        {
            actions.AddFirst(new RecordedAction(time.GetUtcNow(), by, what, target));
            if (actions.Count > Most)
            {
                actions.RemoveLast();
            }
        }
    }
}

/// <param name="At">When.</param>
/// <param name="By">The name of the viewer, if there is one.</param>
/// <param name="What">The call.</param>
/// <param name="Target">What it was about.</param>
internal sealed record RecordedAction(DateTimeOffset At, string? By, string What, string? Target);

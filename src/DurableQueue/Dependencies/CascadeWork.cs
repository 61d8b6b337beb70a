namespace DurableQueue.Dependencies;

/// <summary>The work that changes of tasks have left for other tasks, in its order; apart from it, what no longer fits the transaction.</summary>
internal sealed class CascadeWork
{
    private readonly Queue<CascadeItem> items = new();
    private readonly List<CascadeItem> postponed = [];

    public bool IsEmpty => items.Count == 0;

    /// <summary>What the next transaction has to continue with.</summary>
    public IReadOnlyList<CascadeItem> Postponed => postponed;

    public void Add(CascadeKind kind, long subject, string? reason = null) => Add(new CascadeItem(kind, subject, 0, reason));

    public void Add(CascadeItem item) => items.Enqueue(item);

    public bool TryTake(out CascadeItem item) => items.TryDequeue(out item);

    public void Postpone(CascadeItem item) => postponed.Add(item);

    /// <summary>What was postponed is stored.</summary>
    public void ClearPostponed() => postponed.Clear();

    public void Clear()
    {
        items.Clear();
        postponed.Clear();
    }
}

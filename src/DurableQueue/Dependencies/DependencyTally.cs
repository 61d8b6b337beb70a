namespace DurableQueue.Dependencies;

/// <summary>What the dependencies of one task come to.</summary>
internal struct DependencyTally
{
    /// <summary>How many are waiting.</summary>
    public int Pending { get; private set; }

    /// <summary>The first awaited task that did not end as required, if there is one.</summary>
    public long? Broken { get; private set; }

    /// <summary>Whether the task is held.</summary>
    public readonly bool Holds => Pending > 0 || Broken is not null;

    public void Add(long parent, DependencyState state)
    {
        switch (state)
        {
            case DependencyState.Waiting:
                Pending++;
                break;
            case DependencyState.Broken:
                Broken ??= parent;
                break;
        }
    }
}

namespace DurableQueue.Sqlite;

/// <summary>An operation that does the work of later ones of its kind in the same batch, so that many calls share a few statements.</summary>
internal abstract class SharedOperation<TSelf, TResult> : WriteOperation<TResult>
    where TSelf : SharedOperation<TSelf, TResult>
{
    private List<TSelf>? served;
    private bool isServed;

    public sealed override bool MayServe => true;

    public sealed override bool TryServe(WriteOperation later)
    {
        if (later is not TSelf other || !CanServe(other))
        {
            return false;
        }

        (served ??= []).Add(other);
        return true;
    }

    public sealed override void ServeAlone()
    {
        served = null;
        isServed = false;
    }

    /// <summary>The operations that this one works for, besides itself.</summary>
    protected IReadOnlyList<TSelf> Served => served ?? (IReadOnlyList<TSelf>)[];

    /// <summary>Whether this one can do the work of another one too.</summary>
    protected abstract bool CanServe(TSelf other);

    /// <summary>The answer of an operation that was served.</summary>
    protected void Give(TResult answer)
    {
        SetResult(answer);
        isServed = true;
    }

    /// <summary>Executes it, for those that it serves too: each of them gets its answer by <see cref="Give"/>.</summary>
    protected sealed override void Run(WriteContext context)
    {
        if (!isServed)
        {
            base.Run(context);
        }

        ServeAlone();
    }
}

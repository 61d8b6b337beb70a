namespace DurableQueue.Storage;

/// <summary>A turn, a place or a signal that one caller waits for.</summary>
internal sealed class Arrival : Awaited<bool>
{
    private int set;
    private CancellationLink? giveUp;

    public Arrival(Dispatcher dispatcher)
    {
        Dispatcher = dispatcher;
        JoinFrame();
    }

    /// <summary>For the one caller.</summary>
    public ValueTask Task => new(this, 0);

    /// <returns>False if it was set before.</returns>
    public bool TrySet(Exception? failure = null)
    {
        if (Interlocked.Exchange(ref set, 1) != 0)
        {
            return false;
        }

        Complete(true, failure);
        Interlocked.Exchange(ref giveUp, null)?.Registration.Unregister();
        return true;
    }

    /// <summary>Has the token set it, with the error of a cancelled call.</summary>
    public void GiveUpWith(CancellationToken cancellationToken)
    {
        Volatile.Write(ref giveUp, new CancellationLink(cancellationToken.UnsafeRegister(
            static (arrival, token) => ((Arrival)arrival!).TrySet(new OperationCanceledException(token)), this)));
        if (Volatile.Read(ref set) != 0)
        {
            Interlocked.Exchange(ref giveUp, null)?.Registration.Unregister();
        }
    }
}

namespace DurableQueue.Storage;

/// <summary>A turn, a place or a signal that one caller waits for.</summary>
internal sealed class Arrival : Awaited
{
    private int set;

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

        Error = failure;
        End();
        return true;
    }

    public override bool TryGiveUp(Exception error) => TrySet(error);
}

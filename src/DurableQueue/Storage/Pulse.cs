namespace DurableQueue.Storage;

/// <summary>A number that rises, and a way to wait until it has. Nothing is missed between reading the number and waiting.</summary>
internal sealed class Pulse(Dispatcher dispatcher)
{
    private readonly Lock sync = new();
    private long version;
    private HashSet<Arrival> waiting = [];
    private Exception? closed;

    public long Version => Interlocked.Read(ref version);

    public void Advance()
    {
        HashSet<Arrival> woken;
        lock (sync)
        {
            Interlocked.Increment(ref version);
            if (waiting.Count == 0)
            {
                return;
            }

            (woken, waiting) = (waiting, []);
        }

        Wake(woken, null);
    }

    /// <summary>Ends all waits, and every later one, with the error.</summary>
    public void Close(Exception error)
    {
        HashSet<Arrival> woken;
        lock (sync)
        {
            closed = error;
            (woken, waiting) = (waiting, []);
        }

        Wake(woken, error);
    }

    public async Task WaitAsync(long seen, CancellationToken cancellationToken)
    {
        var next = new Arrival(dispatcher);
        lock (sync)
        {
            if (closed is not null)
            {
                throw closed;
            }

            if (version > seen)
            {
                return;
            }

            waiting.Add(next);
        }

        next.GiveUpWith(cancellationToken);
        try
        {
            await next.Task.ConfigureAwait(false);
        }
        finally
        {
            lock (sync)
            {
                waiting.Remove(next);
            }
        }
    }

    private static void Wake(HashSet<Arrival> woken, Exception? error)
    {
        foreach (var arrival in woken)
        {
            arrival.TrySet(error);
        }
    }
}

namespace DurableQueue.Storage;

/// <summary>A semaphore, first come, first served, whose waiters continue on a thread of the dispatcher.</summary>
internal sealed class Places(int places, Dispatcher dispatcher)
{
    private readonly Lock sync = new();
    private readonly Queue<Arrival> waiting = new();
    private readonly int count = places;
    private int free = places;

    /// <summary>No caller has a place, and none waits for one.</summary>
    public bool AreAllFree
    {
        get
        {
            lock (sync)
            {
                return free == count;
            }
        }
    }

    /// <returns>To be awaited, or blocked on, once. After an error the caller has no place.</returns>
    public ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        var turn = new Arrival(dispatcher);
        lock (sync)
        {
            if (free > 0)
            {
                free--;
                return ValueTask.CompletedTask;
            }

            waiting.Enqueue(turn);
        }

        if (cancellationToken.CanBeCanceled)
        {
            turn.GiveUpWith(cancellationToken);
        }

        return turn.Task;
    }

    public void Release()
    {
        lock (sync)
        {
            // One that was cancelled meanwhile needs no place.
            while (waiting.TryDequeue(out var turn))
            {
                if (turn.TrySet())
                {
                    return;
                }
            }

            free++;
        }
    }
}

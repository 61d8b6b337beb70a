using DurableQueue.Storage;

namespace DurableQueue.Worker;

/// <summary>Limits how many handlers of a worker run at once. Attempts that continue after a wait come before new checkouts.</summary>
internal sealed class WorkerSlots(int count, Dispatcher dispatcher)
{
    private readonly Lock sync = new();
    private readonly Queue<Arrival> returning = new();
    private readonly List<Arrival> freed = [];

    /// <summary>Negative while attempts that were asked to stop run without a slot of their own.</summary>
    private int free = count;

    /// <summary>Waits until a slot is free, and takes every free slot.</summary>
    public async Task<int> TakeFreeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Arrival change;
            lock (sync)
            {
                if (free > 0)
                {
                    var taken = free;
                    free = 0;
                    return taken;
                }

                change = new Arrival(dispatcher);
                freed.Add(change);
            }

            change.GiveUpWith(cancellationToken);
            await change.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Takes every free slot without waiting; there may be none.</summary>
    public int TakeFree()
    {
        lock (sync)
        {
            var taken = Math.Max(free, 0);
            free -= taken;
            return taken;
        }
    }

    /// <summary>Waits for one slot, ahead of the callers of <see cref="TakeFreeAsync"/>.</summary>
    public async Task TakeBackAsync(CancellationToken cancellationToken)
    {
        var turn = new Arrival(dispatcher);
        lock (sync)
        {
            if (free > 0)
            {
                free--;
                return;
            }

            returning.Enqueue(turn);
        }

        turn.GiveUpWith(cancellationToken);
        await turn.Task.ConfigureAwait(false);
    }

    /// <summary>Takes one slot at once, even if none is free: one more handler must end before another one starts.</summary>
    public void TakeNow()
    {
        lock (sync)
        {
            free--;
        }
    }

    public void Release(int slots = 1)
    {
        lock (sync)
        {
            free += slots;
            while (free > 0 && returning.TryDequeue(out var turn))
            {
                // A caller that was cancelled meanwhile needs no slot.
                if (turn.TrySet())
                {
                    free--;
                }
            }

            if (free > 0)
            {
                freed.ForEach(change => change.TrySet());
                freed.Clear();
            }
        }
    }
}

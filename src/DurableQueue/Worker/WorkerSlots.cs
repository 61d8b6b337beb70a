using DurableQueue.Storage;

namespace DurableQueue.Worker;

/// <summary>How many handlers of a worker run at once. Attempts that go on after a wait come before new checkouts.</summary>
internal sealed class WorkerSlots(int count, Dispatcher dispatcher)
{
    private readonly Lock sync = new();
    private readonly Queue<Arrival> returning = new();
    private readonly List<Arrival> freed = [];

    /// <summary>Below zero while attempts that were told to stop run without a slot of their own.</summary>
    private int free = count;

    /// <summary>Takes every free slot as soon as there is one.</summary>
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

    /// <summary>Takes every slot that is free now.</summary>
    public int TakeFree()
    {
        lock (sync)
        {
            var taken = Math.Max(free, 0);
            free -= taken;
            return taken;
        }
    }

    /// <summary>Takes one slot, before those who wait in <see cref="TakeFreeAsync"/>.</summary>
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

    /// <summary>Takes one slot at once, free or not; as many more handlers must end before another one begins.</summary>
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
                // One that was cancelled meanwhile needs none.
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

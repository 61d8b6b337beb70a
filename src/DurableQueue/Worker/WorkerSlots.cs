namespace DurableQueue.Worker;

/// <summary>How many handlers of a worker run at once. Attempts that go on after a wait come before new checkouts.</summary>
internal sealed class WorkerSlots(int count)
{
    private readonly Lock gate = new();
    private readonly Queue<TaskCompletionSource> returning = new();
    private TaskCompletionSource? freed;

    /// <summary>Below zero while attempts that were told to stop run without a slot of their own.</summary>
    private int free = count;

    /// <summary>Takes every free slot as soon as there is one.</summary>
    public async Task<int> TakeFreeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change;
            lock (gate)
            {
                if (free > 0)
                {
                    var taken = free;
                    free = 0;
                    return taken;
                }

                freed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                change = freed.Task;
            }

            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes every slot that is free now.</summary>
    public int TakeFree()
    {
        lock (gate)
        {
            var taken = Math.Max(free, 0);
            free -= taken;
            return taken;
        }
    }

    /// <summary>Takes one slot, before those who wait in <see cref="TakeFreeAsync"/>.</summary>
    public async Task TakeBackAsync(CancellationToken cancellationToken)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (free > 0)
            {
                free--;
                return;
            }

            returning.Enqueue(turn);
        }

        using var registration = cancellationToken.UnsafeRegister(_ => turn.TrySetCanceled(cancellationToken), null);
        await turn.Task.ConfigureAwait(false);
    }

    /// <summary>Takes one slot at once, free or not; as many more handlers must end before another one begins.</summary>
    public void TakeNow()
    {
        lock (gate)
        {
            free--;
        }
    }

    public void Release(int slots = 1)
    {
        lock (gate)
        {
            free += slots;
            while (free > 0 && returning.TryDequeue(out var turn))
            {
                // One that was cancelled meanwhile needs none.
                if (turn.TrySetResult())
                {
                    free--;
                }
            }

            if (free > 0)
            {
                freed?.TrySetResult();
                freed = null;
            }
        }
    }
}

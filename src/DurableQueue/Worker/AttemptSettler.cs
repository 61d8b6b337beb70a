using DurableQueue.Storage;
using Polly;

namespace DurableQueue.Worker;

/// <summary>Stores how attempts end, and then gives back their slots.</summary>
internal sealed class AttemptSettler
{
    private readonly WorkerServices worker;
    private readonly CancellationToken abandon;
    private readonly CompletionBatcher completions;
    private readonly ResiliencePipeline retry;

    /// <param name="worker">The worker that runs the attempts.</param>
    /// <param name="abandon">Cancelled when there is no time left to wait for the store.</param>
    public AttemptSettler(WorkerServices worker, CancellationToken abandon)
    {
        this.worker = worker;
        this.abandon = abandon;
        completions = new CompletionBatcher(CompleteAsync, worker.Dispatcher);
        retry = worker.CreateRetry("settle attempts", error => error is QueueStorageException);
    }

    /// <summary>Settles an attempt whose handler has returned. Does not wait for the store.</summary>
    public void Settle(Attempt attempt, StopReason reason, HandlerResult result)
    {
        if (attempt.Progress is null && result.Error is null && result.Route is null && reason != StopReason.LeaseLost)
        {
            completions.Add(attempt, result.Value);
            return;
        }

        PostSettlement(attempt, reason, result);
    }

    /// <summary>Settles an attempt whose handler has not returned. Its slot stays taken until <see cref="Release"/>.</summary>
    public async Task SettleUnreturnedAsync(Attempt attempt, StopReason reason) =>
        await StoreAsync(attempt, await PrepareAsync(attempt, reason, null).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>Gives back the slot of an attempt that is settled and whose handler has returned.</summary>
    public void Release(Attempt attempt)
    {
        worker.Slots.Release();
        Dispose([attempt]);
    }

    /// <summary>Apart from <see cref="Settle"/>, which would otherwise allocate the closure for every attempt.</summary>
    private void PostSettlement(Attempt attempt, StopReason reason, HandlerResult result) =>
        worker.Dispatcher.PostInFrame(() => _ = SettleAsync(attempt, reason, result));

    private async Task SettleAsync(Attempt attempt, StopReason reason, HandlerResult result)
    {
        var settlement = await PrepareAsync(attempt, reason, result).ConfigureAwait(false);
        if (settlement is Settlement.Complete done)
        {
            completions.Add(attempt, done.Result);
            return;
        }

        await StoreAsync(attempt, settlement).ConfigureAwait(false);
        Release(attempt);
    }

    /// <summary>What comes before the settlement is stored: the last progress report and the log.</summary>
    private async ValueTask<Settlement> PrepareAsync(Attempt attempt, StopReason reason, HandlerResult? result)
    {
        if (reason != StopReason.LeaseLost && attempt.Progress is not null)
        {
            await worker.Progress.WriteAsync(attempt).ConfigureAwait(false);
        }

        worker.Log.AttemptEnded(attempt.Leased, reason, result);
        return Settlement.Of(reason, result, attempt.Leased);
    }

    private async Task StoreAsync(Attempt attempt, Settlement settlement)
    {
        var task = attempt.Leased;
        try
        {
            if (!await retry.ExecuteAsync(_ => ApplyAsync(attempt, settlement), abandon).ConfigureAwait(false))
            {
                worker.Log.LeaseLost(task.Id, task.Type, task.Attempt);
            }
        }
        catch (Exception error)
        {
            // Nothing is lost but time: the lease expires, and the task is offered again.
            worker.Log.AttemptNotSettled(task.Id, task.Type, task.Attempt, error);
        }

        worker.Running.Remove([attempt]);
    }

    /// <returns><see langword="false"/> if the lease was lost.</returns>
    private async ValueTask<bool> ApplyAsync(Attempt attempt, Settlement settlement)
    {
        var lease = attempt.Leased.Lease;
        switch (settlement)
        {
            case Settlement.Complete done:
                return await CompleteAsync(attempt, done.Result).ConfigureAwait(false);
            case Settlement.Fail failed:
                return await worker.Queue.FailAsync(lease, failed.Failure, CancellationToken.None).ConfigureAwait(false);
            case Settlement.Route routed:
                FaultPoint.Reach("route.chosen");
                var kept = await worker.Queue.RouteAsync(lease, routed.Chosen.Decision, routed.Chosen.IsFallback, CancellationToken.None).ConfigureAwait(false);
                FaultPoint.Reach("route.stored");
                return kept;
            case Settlement.Release released:
                return await worker.Queue.ReleaseAsync(lease, released.Delay, CancellationToken.None).ConfigureAwait(false);
            default:
                return settlement is not Settlement.LeaseLost;
        }
    }

    private async ValueTask<bool> CompleteAsync(Attempt attempt, ReadOnlyMemory<byte> result)
    {
        var lease = attempt.Leased.Lease;
        try
        {
            var completion = new TaskCompletion(lease, result) { Notification = attempt.Notification };
            return (await worker.Queue.CompleteAsync([completion], CancellationToken.None).ConfigureAwait(false))[0];
        }
        catch (ArgumentException error)
        {
            var failure = new TaskFailure($"The handler's result cannot be stored: {error.Message}");
            return await worker.Queue.FailAsync(lease, failure, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task CompleteAsync(CompletionBatch batch)
    {
        var slots = batch.Attempts.Count;
        try
        {
            var kept = await retry.ExecuteAsync(
                _ => worker.Queue.CompleteAsync(batch.Tasks, ReleaseSlots, CancellationToken.None), abandon).ConfigureAwait(false);
            FaultPoint.Reach("attempt.settled");
            for (var i = 0; i < kept.Count; i++)
            {
                var task = batch.Attempts[i].Leased;
                if (!kept[i])
                {
                    worker.Log.LeaseLost(task.Id, task.Type, task.Attempt);
                }
            }

            worker.Running.Remove(batch.Attempts);
        }
        catch (Exception error) when (error is ArgumentException || (batch.Attempts.Count > 1 && MayPassAlone(error)))
        {
            // One of them may be to blame, such as by the size of its result: store each alone, so that only that one fails.
            if (error is not ArgumentException)
            {
                worker.Log.CompletionsSplit(worker.Name, batch.Attempts.Count, error);
            }

            foreach (var (attempt, task) in batch.Attempts.Zip(batch.Tasks))
            {
                await StoreAsync(attempt, new Settlement.Complete(task.Result)).ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            // Nothing is lost but time: the leases expire, and the tasks are offered again.
            foreach (var attempt in batch.Attempts)
            {
                worker.Log.AttemptNotSettled(attempt.Leased.Id, attempt.Leased.Type, attempt.Leased.Attempt, error);
            }

            worker.Running.Remove(batch.Attempts);
        }

        ReleaseSlots();
        Dispose(batch.Attempts);

        void ReleaseSlots() => worker.Slots.Release(Interlocked.Exchange(ref slots, 0));
    }

    /// <summary>The worker still has a store, and time for it.</summary>
    private static bool MayPassAlone(Exception error) =>
        error is not (OperationCanceledException or ObjectDisposedException) && !StorageRetry.IsFinal(error);

    private void Dispose(IReadOnlyList<Attempt> attempts)
    {
        foreach (var attempt in attempts)
        {
            if (attempt.CallbackError is { } error)
            {
                worker.Log.CancellationCallbackFailed(attempt.Leased.Id, attempt.Leased.Type, error);
            }

            attempt.Dispose();
        }
    }
}

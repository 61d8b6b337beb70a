using DurableQueue.Storage;
using Polly;

namespace DurableQueue.Worker;

/// <summary>Gives back the slots of one attempt, in the group and in the worker, while its handler waits for tasks or people.</summary>
/// <param name="attempt">The attempt.</param>
/// <param name="worker">The worker that runs it.</param>
/// <param name="waitRetry">Retries the beginning and the end of a wait while the store has trouble.</param>
internal sealed class AttemptWait(Attempt attempt, WorkerServices worker, ResiliencePipeline waitRetry) : IAsyncDisposable
{
    /// <summary>Handlers may wait for several things at once: the first wait gives the slots back, the last one takes them again.</summary>
    private readonly Places turn = new(1, worker.Dispatcher);
    private int waits;
    private bool handlerReturned;

    public async Task<WaitSummary> ForTasksAsync(IReadOnlyList<TaskId> ids, WaitOptions? options, CancellationToken cancellationToken)
    {
        await RefuseAncestorsAsync(ids, cancellationToken).ConfigureAwait(false);
        return await WithoutSlotAsync(
            token => worker.Queue.WaitAsync(attempt.Leased.Lease, ids, options, token), cancellationToken).ConfigureAwait(false);
    }

    public Task ForAsync(Func<CancellationToken, Task> wait, CancellationToken cancellationToken) => WithoutSlotAsync(NoResult(wait), cancellationToken);

    /// <summary>Waits until a request is decided. The attempt's timeout doesn't count the wait.</summary>
    public Task<ApprovalInfo> ForDecisionAsync(ApprovalId id, bool keepSlot, CancellationToken cancellationToken) => WithoutTimeoutAsync(
        async token =>
        {
            var request = await worker.Queue.WaitForDecisionAsync(attempt.Leased.Lease, id, token).ConfigureAwait(false);
            FaultPoint.Reach("approval.decided");
            return request;
        },
        keepSlot,
        cancellationToken);

    /// <summary>Waits for a decision that is asked for elsewhere. The attempt's timeout doesn't count the wait.</summary>
    public Task ForDecisionAsync(Func<CancellationToken, Task> wait, bool keepSlot, CancellationToken cancellationToken) =>
        WithoutTimeoutAsync(NoResult(wait), keepSlot, cancellationToken);

    private static Func<CancellationToken, ValueTask<bool>> NoResult(Func<CancellationToken, Task> wait) => async token =>
    {
        await wait(token).ConfigureAwait(false);
        return true;
    };

    private async Task<T> WithoutTimeoutAsync<T>(Func<CancellationToken, ValueTask<T>> wait, bool keepSlot, CancellationToken cancellationToken)
    {
        attempt.PauseTimeout();
        try
        {
            return keepSlot
                ? await UntilStoppedAsync(wait, cancellationToken).ConfigureAwait(false)
                : await WithoutSlotAsync(wait, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            attempt.ResumeTimeout();
        }
    }

    private async Task<T> WithoutSlotAsync<T>(Func<CancellationToken, ValueTask<T>> wait, CancellationToken cancellationToken)
    {
        await BeginAsync().ConfigureAwait(false);
        try
        {
            return await UntilStoppedAsync(wait, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await EndAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends the wait when the attempt is stopped. A worker that takes no more tasks stops it at once.</summary>
    private async Task<T> UntilStoppedAsync<T>(Func<CancellationToken, ValueTask<T>> wait, CancellationToken cancellationToken)
    {
        try
        {
            using var stop = worker.Stopping.UnsafeRegister(_ => attempt.Stop(StopReason.Shutdown), null);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(attempt.Token, cancellationToken);
            return await wait(ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            attempt.Token.ThrowIfCancellationRequested();
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>Called when the handler has returned. A wait that it did not await must not take a slot later, so the slot is taken now.</summary>
    public async ValueTask DisposeAsync()
    {
        await turn.TakeAsync(CancellationToken.None).ConfigureAwait(false);
        handlerReturned = true;
        if (waits > 0)
        {
            worker.Slots.TakeNow();
        }

        turn.Release();
    }

    /// <summary>Refuses to wait for an ancestor. Its id is lower than the task's own, so a wait for children alone reads nothing here.</summary>
    private async Task RefuseAncestorsAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken)
    {
        var awaited = ids.Where(id => id.Value <= attempt.Leased.Id.Value).Select(id => id.Value).ToHashSet();
        var ancestor = awaited.Count > 0 ? attempt.Leased.Id : default(TaskId?);
        while (ancestor is { } id && id.Value >= awaited.Min())
        {
            if (awaited.Contains(id.Value))
            {
                throw new ArgumentException($"A task can't wait for itself or an ancestor: the wait for task {id} would never end.", nameof(ids));
            }

            var metadata = id == attempt.Leased.Id
                ? attempt.Leased.Metadata
                : (await worker.Queue.Inspector.GetAsync(id, cancellationToken).ConfigureAwait(false))?.Metadata;
            ancestor = metadata is not null && TaskContext.ParentOf(metadata) is { } parent && parent.Value < id.Value ? parent : null;
        }
    }

    private async Task BeginAsync()
    {
        await turn.TakeAsync(attempt.Token).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(handlerReturned, typeof(TaskContext));
            attempt.Token.ThrowIfCancellationRequested();
            if (waits == 0)
            {
                await SuspendAsync().ConfigureAwait(false);
                worker.Slots.Release();
            }

            waits++;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task EndAsync()
    {
        await turn.TakeAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            waits--;
            if (waits == 0 && !handlerReturned)
            {
                await TakeSlotAsync().ConfigureAwait(false);
                await KeepLeaseAsync(worker.Queue.ResumeAsync).ConfigureAwait(false);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task SuspendAsync()
    {
        if (!attempt.IsAdopted)
        {
            await KeepLeaseAsync(worker.Queue.SuspendAsync).ConfigureAwait(false);
        }
        else if (!await TryAsync(worker.Queue.SuspendAsync).ConfigureAwait(false))
        {
            // The lease is lost, or a cancel was requested. Its renewal will tell which, and the work still runs: it must be stopped or left accordingly.
            throw new OperationCanceledException("The attempt is about to end and can't begin a wait.");
        }
    }

    private async Task TakeSlotAsync()
    {
        try
        {
            await worker.Slots.TakeBackAsync(attempt.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // A handler that was asked to stop doesn't wait for a slot, but counts until it has returned.
            worker.Slots.TakeNow();
            throw;
        }
    }

    private async Task KeepLeaseAsync(Func<Lease, CancellationToken, ValueTask<bool>> call)
    {
        if (!await TryAsync(call).ConfigureAwait(false))
        {
            throw attempt.LoseLease("The lease of the attempt is lost; the wait has ended.");
        }
    }

    private ValueTask<bool> TryAsync(Func<Lease, CancellationToken, ValueTask<bool>> call) =>
        waitRetry.ExecuteAsync(_ => call(attempt.Leased.Lease, CancellationToken.None), attempt.Token);
}

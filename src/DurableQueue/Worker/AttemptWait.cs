using Polly;

namespace DurableQueue.Worker;

/// <summary>Lets one attempt wait for other tasks without its slots in the group and in the worker.</summary>
/// <param name="attempt">The attempt.</param>
/// <param name="queue">Where it waits.</param>
/// <param name="slots">The worker's.</param>
/// <param name="retry">Outlasts trouble with the store.</param>
/// <param name="stopping">Fires when the worker takes no more tasks: what the attempt waits for may not begin any more.</param>
internal sealed class AttemptWait(
    Attempt attempt, ITaskQueue queue, WorkerSlots slots, ResiliencePipeline retry, CancellationToken stopping) : IAsyncDisposable
{
    /// <summary>Handlers may wait for several things at once: the first wait gives the slots back, the last one takes them again.</summary>
    private readonly SemaphoreSlim turn = new(1);
    private int waits;
    private bool handlerReturned;

    public async Task<WaitSummary> RunAsync(IReadOnlyList<TaskId> ids, WaitOptions? options, CancellationToken cancellationToken)
    {
        await RefuseAncestorsAsync(ids, cancellationToken).ConfigureAwait(false);
        await BeginAsync().ConfigureAwait(false);
        try
        {
            using var stop = stopping.UnsafeRegister(_ => attempt.Stop(StopReason.Shutdown), null);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(attempt.Token, cancellationToken);
            return await queue.Inspector.WaitAsync(TaskSelector.ByIds(ids), options, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            attempt.Token.ThrowIfCancellationRequested();
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
        finally
        {
            await EndAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The handler has returned. A wait that it did not await to its end must not take a slot later: this takes it now.</summary>
    public async ValueTask DisposeAsync()
    {
        await turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        handlerReturned = true;
        if (waits > 0)
        {
            slots.TakeNow();
        }

        turn.Release();
    }

    /// <summary>Ids rise: an ancestor's is lower than the task's own, so that a wait for children alone reads nothing here.</summary>
    private async Task RefuseAncestorsAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken)
    {
        var awaited = ids.Where(id => id.Value <= attempt.Leased.Id.Value).Select(id => id.Value).ToHashSet();
        var ancestor = awaited.Count > 0 ? attempt.Leased.Id : default(TaskId?);
        while (ancestor is { } id && id.Value >= awaited.Min())
        {
            if (awaited.Contains(id.Value))
            {
                throw new ArgumentException($"ids holds task {id}, which this task is or descends from: the wait would not end.", nameof(ids));
            }

            var metadata = id == attempt.Leased.Id
                ? attempt.Leased.Metadata
                : (await queue.Inspector.GetAsync(id, cancellationToken).ConfigureAwait(false))?.Metadata;
            ancestor = metadata is not null && TaskContext.ParentOf(metadata) is { } parent && parent.Value < id.Value ? parent : null;
        }
    }

    private async Task BeginAsync()
    {
        await turn.WaitAsync(attempt.Token).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(handlerReturned, typeof(TaskContext));
            attempt.Token.ThrowIfCancellationRequested();
            if (waits == 0)
            {
                await KeepLeaseAsync(queue.SuspendAsync).ConfigureAwait(false);
                slots.Release();
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
        await turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            waits--;
            if (waits == 0 && !handlerReturned)
            {
                await TakeSlotAsync().ConfigureAwait(false);
                await KeepLeaseAsync(queue.ResumeAsync).ConfigureAwait(false);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task TakeSlotAsync()
    {
        try
        {
            await slots.TakeBackAsync(attempt.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // A handler that was told to stop gets no turn, but counts until it has returned.
            slots.TakeNow();
            throw;
        }
    }

    private async Task KeepLeaseAsync(Func<Lease, CancellationToken, ValueTask<bool>> call)
    {
        if (!await retry.ExecuteAsync(_ => call(attempt.Leased.Lease, CancellationToken.None), attempt.Token).ConfigureAwait(false))
        {
            attempt.Stop(StopReason.LeaseLost);
            attempt.Token.ThrowIfCancellationRequested();
        }
    }
}

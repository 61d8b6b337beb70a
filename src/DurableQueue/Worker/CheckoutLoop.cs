using DurableQueue.Storage;
using Microsoft.Extensions.Logging;
using Polly;

namespace DurableQueue.Worker;

/// <summary>Checks out tasks as slots become free, and takes over the work of workers that are gone.</summary>
/// <param name="worker">The worker that the loop belongs to.</param>
/// <param name="request">What the worker asks for.</param>
/// <param name="start">Starts the tasks that were checked out. Called after every checkout, even if it failed or found none.</param>
internal sealed class CheckoutLoop(WorkerServices worker, CheckoutRequest request, Action<IReadOnlyList<LeasedTask>> start)
{
    /// <summary>How often the loop checks for work to take over: nothing signals that another worker has died.</summary>
    private static readonly TimeSpan TakeOverPeriod = TimeSpan.FromSeconds(5);

    private readonly ResiliencePipeline retry =
        worker.CreateRetry("check out", error => error is not (OperationCanceledException or ObjectDisposedException));

    private long? tookOverAt;

    /// <summary>Runs until <paramref name="stopping"/> is cancelled, or the queue is closed or lost.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await FillSlotsAsync(stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (ObjectDisposedException)
        {
            worker.Log.QueueClosed(worker.Name);
        }
        catch (Exception error) when (StorageRetry.IsFinal(error))
        {
            worker.Log.QueueLost(worker.Name);
        }
    }

    /// <summary>Waits for free slots, and fills them; then waits for tasks if there were too few.</summary>
    private async Task FillSlotsAsync(CancellationToken stopping)
    {
        var free = await worker.Slots.TakeFreeAsync(stopping).ConfigureAwait(false);

        // Read before the checkout: what becomes ready during it makes the wait below return at once.
        var seen = worker.Queue.Signals.ReadyVersion;
        var started = await TakeOverAsync(free, stopping).ConfigureAwait(false);
        if (started < free)
        {
            started += await CheckoutAsync(free - started, stopping).ConfigureAwait(false);
        }

        if (started < free)
        {
            worker.Slots.Release(free - started);
            await retry.ExecuteAsync(token => WaitForTasksAsync(seen, token), stopping).ConfigureAwait(false);
        }
    }

    private async Task<int> TakeOverAsync(int free, CancellationToken stopping)
    {
        if (request.AdoptedTypes is null || (tookOverAt is { } last && worker.Time.GetElapsedTime(last) < TakeOverPeriod))
        {
            return 0;
        }

        var began = worker.Time.GetTimestamp();
        var taken = await StartAsync(token => worker.Queue.TakeOverAsync(request, free, token), stopping).ConfigureAwait(false);
        if (taken < free)
        {
            tookOverAt = began;
        }

        return taken;
    }

    private Task<int> CheckoutAsync(int free, CancellationToken stopping) =>
        StartAsync(token => worker.Queue.CheckoutAsync(request, free, token), stopping);

    private async Task<int> StartAsync(Func<CancellationToken, ValueTask<IReadOnlyList<LeasedTask>>> take, CancellationToken stopping)
    {
        IReadOnlyList<LeasedTask> tasks = [];
        worker.Running.Expect();
        try
        {
            tasks = await retry.ExecuteAsync(take, stopping).ConfigureAwait(false);
        }
        finally
        {
            start(tasks);
        }

        return tasks.Count;
    }

    /// <summary>Waits until there may be work, and starts the tasks that were checked out during the wait.</summary>
    private async ValueTask WaitForTasksAsync(long seen, CancellationToken cancellationToken)
    {
        var taken = 0;
        IReadOnlyList<LeasedTask> tasks = [];
        try
        {
            tasks = await WaitAsync(seen, new WaitingWorker(request, TakeSlots), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            worker.Slots.Release(taken - tasks.Count);
            start(tasks);
        }

        int TakeSlots()
        {
            worker.Running.Expect();
            return taken = worker.Slots.TakeFree();
        }
    }

    private async ValueTask<IReadOnlyList<LeasedTask>> WaitAsync(long seen, WaitingWorker waiting, CancellationToken cancellationToken)
    {
        if (request.AdoptedTypes is null)
        {
            return await worker.Queue.WaitForTasksAsync(seen, waiting, cancellationToken).ConfigureAwait(false);
        }

        using var period = new CancellationTokenSource(TakeOverPeriod, worker.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, period.Token);
        try
        {
            return await worker.Queue.WaitForTasksAsync(seen, waiting, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }
}

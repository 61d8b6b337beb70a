using DurableQueue.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Polly;

namespace DurableQueue.Worker;

/// <summary>Checks out tasks as slots become free and runs their handlers, until it is told to stop.</summary>
internal sealed class QueueWorker : IDisposable
{
    /// <summary>At the end of a shutdown: how long the store may take to settle what is left.</summary>
    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(5);

    /// <summary>How often a worker looks for work that was left by others.</summary>
    private static readonly TimeSpan LookForLeftPeriod = TimeSpan.FromSeconds(5);

    private readonly ITaskQueue queue;
    private readonly IWorkSignals signals;
    private readonly CheckoutRequest request;
    private readonly WorkerOptions options;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Dispatcher dispatcher = new();
    private readonly RunningAttempts running;
    private readonly LeaseKeeper keeper;
    private readonly Action<Attempt> run;
    private readonly Action<Attempt> giveUp;
    private readonly WorkerTelemetry telemetry;
    private readonly ResiliencePipeline retry;
    private readonly WorkerSlots slots;
    private readonly ProgressWriter progress;
    private readonly CancellationTokenSource draining = new();
    private readonly CancellationTokenSource abandon = new();
    private long? lookedForLeft;

    public QueueWorker(
        ITaskQueue queue,
        IWorkSignals signals,
        HandlerCatalog handlers,
        IServiceScopeFactory scopes,
        WorkerOptions options,
        TimeProvider time,
        ILogger<QueueWorker> log)
    {
        this.queue = queue;
        this.signals = signals;
        this.options = options;
        this.time = time = dispatcher.Over(time);
        running = new RunningAttempts(dispatcher);
        this.log = log;
        Name = options.Name ?? UniqueName();
        request = new CheckoutRequest
        {
            Worker = Name,
            Groups = options.Groups,
            Types = handlers.Types,
            AdoptedTypes = handlers.AdoptedTypes.Count == 0 ? null : handlers.AdoptedTypes,
            LeaseDuration = options.LeaseDuration,
            Capacity = options.Concurrency,
        };
        slots = new WorkerSlots(options.Concurrency, dispatcher);
        progress = new ProgressWriter(queue, time, dispatcher, log);
        keeper = new LeaseKeeper(running, queue, progress, Name, time, dispatcher, log);
        telemetry = new WorkerTelemetry(time, log);
        var waitRetry = StorageRetry.Create("suspend or resume an attempt", Name, error => error is QueueStorageException, time, log);
        var services = new WorkerServices(queue, handlers, progress, slots, waitRetry, dispatcher, draining.Token);
        var runner = new AttemptRunner(handlers, scopes, services, running, telemetry, Name, time, log, abandon.Token);
        run = runner.Run;
        giveUp = runner.GiveUp;
        retry = StorageRetry.Create("check out", Name, error => error is not (OperationCanceledException or ObjectDisposedException), time, log);
    }

    public string Name { get; }

    /// <summary>Works until <paramref name="stopping"/> fires; ends when every attempt is settled.</summary>
    /// <param name="stopping">No more checkouts; handlers may go on for <see cref="WorkerOptions.ShutdownTimeout"/>.</param>
    /// <param name="hurry">The host's shutdown time is over: what runs is given back at once.</param>
    public Task RunAsync(CancellationToken stopping, CancellationToken hurry) => dispatcher.StartAsync(() => WorkAsync(stopping, hurry));

    private async Task WorkAsync(CancellationToken stopping, CancellationToken hurry)
    {
        log.WorkerStarted(Name, options.Concurrency, string.Join(", ", request.Types!), request.Groups is null ? "all" : string.Join(", ", request.Groups));
        signals.CancelRequested += running.Cancel;
        try
        {
            await FillSlotsAsync(stopping).ConfigureAwait(false);
            await DrainAsync(hurry).ConfigureAwait(false);
        }
        finally
        {
            signals.CancelRequested -= running.Cancel;
            await keeper.StopAsync().ConfigureAwait(false);
            log.WorkerStopped(Name);
        }
    }

    // The slots are left to the collector: a handler that outlasts the shutdown still gives its slot back.
    public void Dispose()
    {
        keeper.Dispose();
        progress.Dispose();
        draining.Dispose();
        telemetry.Dispose();
        abandon.Dispose();
        dispatcher.Dispose();
    }

    private async Task FillSlotsAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                var free = await slots.TakeFreeAsync(stopping).ConfigureAwait(false);

                // Read before the checkout: what becomes ready during it makes the wait below return at once.
                var seen = signals.ReadyVersion;
                var started = await TakeOverAsync(free, stopping).ConfigureAwait(false);
                if (started < free)
                {
                    started += await CheckoutAsync(free - started, stopping).ConfigureAwait(false);
                }

                if (started < free)
                {
                    slots.Release(free - started);
                    await retry.ExecuteAsync(token => WaitForTasksAsync(seen, token), stopping).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (ObjectDisposedException)
        {
            log.QueueClosed(Name);
        }
        catch (Exception error) when (StorageRetry.IsFinal(error))
        {
            log.QueueLost(Name);
        }
    }

    /// <summary>At the start, and from then on now and again: goes on with work that was left by workers that are gone.</summary>
    private async Task<int> TakeOverAsync(int free, CancellationToken stopping)
    {
        if (request.AdoptedTypes is null || (lookedForLeft is { } last && time.GetElapsedTime(last) < LookForLeftPeriod))
        {
            return 0;
        }

        var began = time.GetTimestamp();
        var taken = await StartAsync(token => queue.TakeOverAsync(request, free, token), stopping).ConfigureAwait(false);
        if (taken < free)
        {
            lookedForLeft = began;
        }

        return taken;
    }

    private Task<int> CheckoutAsync(int free, CancellationToken stopping) => StartAsync(token => queue.CheckoutAsync(request, free, token), stopping);

    /// <summary>Waits until there may be work, and starts what was checked out with it.</summary>
    private async ValueTask WaitForTasksAsync(long seen, CancellationToken cancellationToken)
    {
        var taken = 0;
        IReadOnlyList<LeasedTask> tasks = [];
        try
        {
            tasks = await WaitAsync(new WaitingWorker(request, TakeSlots)).ConfigureAwait(false);
        }
        finally
        {
            slots.Release(taken - tasks.Count);
            Start(tasks);
        }

        int TakeSlots()
        {
            running.Expect();
            return taken = slots.TakeFree();
        }

        async ValueTask<IReadOnlyList<LeasedTask>> WaitAsync(WaitingWorker waiting)
        {
            if (request.AdoptedTypes is null)
            {
                return await signals.WaitForTasksAsync(seen, waiting, cancellationToken).ConfigureAwait(false);
            }

            // Nobody tells when another worker has died: it is time to look.
            using var look = new CancellationTokenSource(LookForLeftPeriod, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, look.Token);
            try
            {
                return await signals.WaitForTasksAsync(seen, waiting, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return [];
            }
        }
    }

    private async Task<int> StartAsync(Func<CancellationToken, ValueTask<IReadOnlyList<LeasedTask>>> take, CancellationToken stopping)
    {
        IReadOnlyList<LeasedTask> tasks = [];
        running.Expect();
        try
        {
            tasks = await retry.ExecuteAsync(take, stopping).ConfigureAwait(false);
        }
        finally
        {
            Start(tasks);
        }

        return tasks.Count;
    }

    private void Start(IReadOnlyList<LeasedTask> tasks)
    {
        var attempts = new Attempt[tasks.Count];
        for (var i = 0; i < attempts.Length; i++)
        {
            var grace = IsAdopted(tasks[i]) ? Timeout.InfiniteTimeSpan : options.CancelGrace;
            attempts[i] = new Attempt(tasks[i], grace, time, dispatcher) { Runs = run, GraceOver = giveUp };
        }

        running.Add(attempts);
        keeper.Watch(attempts);
        foreach (var attempt in attempts)
        {
            // On the pool: a handler that blocks before its first await must not hold up the checkouts.
            ThreadPool.UnsafeQueueUserWorkItem(attempt, preferLocal: false);
        }
    }

    /// <summary>Gives back the attempts that wait for other tasks, lets handlers finish, then cancels them, then gives back what is left.</summary>
    private async Task DrainAsync(CancellationToken hurry)
    {
        log.WorkerStopping(Name, running.ToArray().Length);
        await dispatcher.RunAsync(draining.Cancel).ConfigureAwait(false);
        foreach (var attempt in running.ToArray().Where(attempt => IsAdopted(attempt.Leased)))
        {
            // Their work does not end with this process: there is nothing to wait for.
            attempt.Stop(StopReason.Shutdown);
        }

        if (await AllSettledWithinAsync(options.ShutdownTimeout, hurry).ConfigureAwait(false))
        {
            return;
        }

        foreach (var attempt in running.ToArray())
        {
            attempt.Stop(StopReason.Shutdown);
        }

        // At once if there is no time any more, and not before the stop: an attempt that was given up is not told to stop.
        using var noGrace = hurry.Register(EndGrace);
        if (!await AllSettledWithinAsync(options.CancelGrace + LastCall, CancellationToken.None).ConfigureAwait(false))
        {
            await dispatcher.RunAsync(abandon.Cancel).ConfigureAwait(false);
        }
    }

    private bool IsAdopted(LeasedTask task) => request.AdoptedTypes?.Contains(task.Type) == true;

    private void EndGrace()
    {
        foreach (var attempt in running.ToArray())
        {
            attempt.EndGrace();
        }
    }

    private async Task<bool> AllSettledWithinAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await running.WhenEmptyAsync().WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    // A container's process id is 1 at every start, and two hosts may share a process: the random part tells them apart.
    private static string UniqueName() => $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid().ToString("N")[..8]}";
}

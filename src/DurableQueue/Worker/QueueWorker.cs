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

    private readonly ITaskQueue queue;
    private readonly IWorkSignals signals;
    private readonly CheckoutRequest request;
    private readonly WorkerOptions options;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly RunningAttempts running = new();
    private readonly LeaseKeeper keeper;
    private readonly AttemptRunner runner;
    private readonly WorkerTelemetry telemetry;
    private readonly ResiliencePipeline retry;
    private readonly WorkerSlots slots;
    private readonly ProgressKeeper progress;
    private readonly CancellationTokenSource draining = new();
    private readonly CancellationTokenSource abandon = new();

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
        this.time = time;
        this.log = log;
        Name = options.Name ?? UniqueName();
        request = new CheckoutRequest { Worker = Name, Groups = options.Groups, Types = handlers.Types, LeaseDuration = options.LeaseDuration };
        slots = new WorkerSlots(options.Concurrency);
        progress = new ProgressKeeper(queue, time, log);
        keeper = new LeaseKeeper(running, queue, progress, Name, time, log);
        telemetry = new WorkerTelemetry(time, log);
        runner = new AttemptRunner(queue, handlers, scopes, slots, progress, telemetry, Name, time, log, draining.Token);
        retry = StorageRetry.Create("check out", Name, error => error is not (OperationCanceledException or ObjectDisposedException), time, log);
    }

    public string Name { get; }

    /// <summary>Works until <paramref name="stopping"/> fires; ends when every attempt is settled.</summary>
    /// <param name="stopping">No more checkouts; handlers may go on for <see cref="WorkerOptions.ShutdownTimeout"/>.</param>
    /// <param name="hurry">The host's shutdown time is over: what runs is given back at once.</param>
    public async Task RunAsync(CancellationToken stopping, CancellationToken hurry)
    {
        using var keeping = new CancellationTokenSource();
        log.WorkerStarted(Name, options.Concurrency, string.Join(", ", request.Types!), request.Groups is null ? "all" : string.Join(", ", request.Groups));
        signals.CancelRequested += running.Cancel;
        var kept = keeper.RunAsync(keeping.Token);
        try
        {
            await FillSlotsAsync(stopping).ConfigureAwait(false);
            await DrainAsync(hurry).ConfigureAwait(false);
        }
        finally
        {
            signals.CancelRequested -= running.Cancel;
            await keeping.CancelAsync().ConfigureAwait(false);
            await kept.ConfigureAwait(false);
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
                var started = await CheckoutAsync(free, stopping).ConfigureAwait(false);
                if (started < free)
                {
                    slots.Release(free - started);
                    await retry.ExecuteAsync(async token => await signals.WaitForReadyAsync(seen, token).ConfigureAwait(false), stopping).ConfigureAwait(false);
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
    }

    private async Task<int> CheckoutAsync(int free, CancellationToken stopping)
    {
        IReadOnlyList<LeasedTask> tasks = [];
        running.Expect();
        try
        {
            tasks = await retry.ExecuteAsync(token => queue.CheckoutAsync(request, free, token), stopping).ConfigureAwait(false);
        }
        finally
        {
            Start(tasks);
        }

        return tasks.Count;
    }

    private void Start(IReadOnlyList<LeasedTask> tasks)
    {
        var attempts = tasks.Select(task => new Attempt(task, options.CancelGrace, time)).ToArray();
        running.Add(attempts);
        keeper.Watch(attempts);
        foreach (var attempt in attempts)
        {
            _ = RunAttemptAsync(attempt);
        }
    }

    private async Task RunAttemptAsync(Attempt attempt)
    {
        try
        {
            _ = ForgetWhenSettledAsync(attempt);
            await runner.RunAsync(attempt, abandon.Token).ConfigureAwait(false);
        }
        finally
        {
            attempt.MarkSettled();
            attempt.Dispose();
            slots.Release();
        }
    }

    private async Task ForgetWhenSettledAsync(Attempt attempt)
    {
        await attempt.Settled.ConfigureAwait(false);
        running.Remove(attempt);
    }

    /// <summary>Gives back the attempts that wait for other tasks, lets handlers finish, then cancels them, then gives back what is left.</summary>
    private async Task DrainAsync(CancellationToken hurry)
    {
        log.WorkerStopping(Name, running.ToArray().Length);
        await draining.CancelAsync().ConfigureAwait(false);
        if (await AllSettledWithinAsync(options.ShutdownTimeout, hurry).ConfigureAwait(false))
        {
            return;
        }

        using var noGrace = hurry.Register(EndGrace);
        foreach (var attempt in running.ToArray())
        {
            attempt.Stop(StopReason.Shutdown);
        }

        if (hurry.IsCancellationRequested)
        {
            EndGrace();
        }

        if (!await AllSettledWithinAsync(options.CancelGrace + LastCall, CancellationToken.None).ConfigureAwait(false))
        {
            await abandon.CancelAsync().ConfigureAwait(false);
        }
    }

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
            var all = Task.WhenAll(running.ToArray().Select(attempt => attempt.Settled));
            await all.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
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

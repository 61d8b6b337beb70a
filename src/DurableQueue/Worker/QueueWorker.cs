using DurableQueue.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Worker;

/// <summary>Checks out tasks as slots become free and runs their handlers, until it is stopped.</summary>
internal sealed class QueueWorker : IDisposable
{
    private readonly QueueSignals signals;
    private readonly CheckoutRequest request;
    private readonly WorkerOptions options;
    private readonly WorkerServices services;
    private readonly LeaseKeeper keeper;
    private readonly WorkerTelemetry telemetry;
    private readonly WorkerShutdown shutdown;
    private readonly CheckoutLoop checkouts;
    private readonly AttemptSettings settings;
    private readonly AttemptSettings settingsOfAdopted;

    public QueueWorker(
        TaskQueue queue,
        HandlerCatalog handlers,
        IServiceScopeFactory scopes,
        WorkerOptions options,
        TimeProvider time,
        ILogger<QueueWorker> log)
    {
        signals = queue.Signals;
        this.options = options;
        var dispatcher = new Dispatcher();
        time = dispatcher.Over(time);
        var running = new RunningAttempts(dispatcher);
        shutdown = new WorkerShutdown(running, dispatcher, options, time);
        services = new WorkerServices
        {
            Name = options.Name ?? UniqueName(),
            Queue = queue,
            Types = handlers,
            Running = running,
            Slots = new WorkerSlots(options.Concurrency, dispatcher),
            Progress = new ProgressWriter(queue, time, dispatcher, log),
            Dispatcher = dispatcher,
            Time = time,
            Log = log,
            Stopping = shutdown.Stopping,
        };
        request = new CheckoutRequest
        {
            Worker = Name,
            Groups = options.Groups,
            Types = handlers.Types,
            AdoptedTypes = handlers.AdoptedTypes.Count == 0 ? null : handlers.AdoptedTypes,
            LeaseDuration = options.LeaseDuration,
            Capacity = options.Concurrency,
        };
        keeper = new LeaseKeeper(running, queue, services.Progress, Name, time, dispatcher, log);
        telemetry = new WorkerTelemetry(time, log);
        checkouts = new CheckoutLoop(services, request, Start);
        var runner = new AttemptRunner(handlers, scopes, services, new AttemptSettler(services, shutdown.Abandon), telemetry);
        settings = new AttemptSettings(time, dispatcher, options.CancelGrace) { OnRun = runner.Run, OnGraceOver = runner.GiveUp };
        settingsOfAdopted = settings with { Grace = Timeout.InfiniteTimeSpan, AreAdopted = true };
    }

    public string Name => services.Name;

    /// <summary>Runs until <paramref name="stopping"/> is cancelled and every attempt is settled.</summary>
    /// <param name="stopping">Ends the checkouts; handlers may continue for <see cref="WorkerOptions.ShutdownTimeout"/>.</param>
    /// <param name="hurry">The host's shutdown time is over: whatever runs is released at once.</param>
    public Task RunAsync(CancellationToken stopping, CancellationToken hurry) => services.Dispatcher.StartAsync(() => WorkAsync(stopping, hurry));

    private async Task WorkAsync(CancellationToken stopping, CancellationToken hurry)
    {
        services.Log.WorkerStarted(
            Name, options.Concurrency, string.Join(", ", request.Types!), request.Groups is null ? "all" : string.Join(", ", request.Groups));
        signals.CancelRequested += services.Running.Cancel;
        try
        {
            await checkouts.RunAsync(stopping).ConfigureAwait(false);
            services.Log.WorkerStopping(Name, services.Running.ToArray().Length);
            await shutdown.DrainAsync(hurry).ConfigureAwait(false);
        }
        finally
        {
            signals.CancelRequested -= services.Running.Cancel;
            await keeper.StopAsync().ConfigureAwait(false);
            services.Log.WorkerStopped(Name);
        }
    }

    // The slots are left to the garbage collector: a handler that outlasts the shutdown still gives its slot back.
    public void Dispose()
    {
        keeper.Dispose();
        services.Progress.Dispose();
        shutdown.Dispose();
        telemetry.Dispose();
        services.Dispatcher.Dispose();
    }

    private void Start(IReadOnlyList<LeasedTask> tasks)
    {
        var attempts = new Attempt[tasks.Count];
        for (var i = 0; i < attempts.Length; i++)
        {
            var isAdopted = request.AdoptedTypes?.Contains(tasks[i].Type) == true;
            attempts[i] = new Attempt(tasks[i], isAdopted ? settingsOfAdopted : settings);
        }

        services.Running.Add(attempts);
        keeper.Watch(attempts);
        foreach (var attempt in attempts)
        {
            // On the pool: a handler that blocks before its first await must not hold up the checkouts.
            ThreadPool.UnsafeQueueUserWorkItem(attempt, preferLocal: false);
        }
    }

    // A container's process id is 1 at every start, and two hosts may share a process: the random part tells them apart.
    private static string UniqueName() => $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid().ToString("N")[..8]}";
}

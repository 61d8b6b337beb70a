using DurableQueue.Storage;
using DurableQueue.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Hosting;

/// <summary>Names in the log, once while it stays so, each type of ready tasks that no live worker takes, and each group from which none takes them. Only in hosts that have workers.</summary>
internal sealed class UnservedTypesWatch(QueueOpener opener, QueueRegistration registration, IServiceProvider services) : IHostedService, IDisposable
{
    /// <summary>Also how long the workers of other processes have to come back, where all start at the same time.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    private const int MostNamedAtOnce = 20;

    private readonly ILogger<QueueWorker> log = services.GetRequiredService<ILogger<QueueWorker>>();
    private readonly TimeProvider time = services.GetRequiredService<TimeProvider>();
    private readonly CancellationTokenSource stopping = new();
    private readonly HashSet<string> namedTypes = new(StringComparer.Ordinal);
    private readonly HashSet<string> namedGroups = new(StringComparer.Ordinal);
    private Task watching = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (registration.Workers.Count == 0)
        {
            return;
        }

        var opened = await opener.OpenAsync(cancellationToken).ConfigureAwait(false);
        var started = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted;
        started.Register(() => watching = WatchAsync(opened.Queue, opened.Handlers.Types));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(false);
    }

    public void Dispose() => stopping.Dispose();

    /// <param name="queue">What is watched.</param>
    /// <param name="ownTypes">What the workers of this host take: they live, also where the store does not keep them as seen.</param>
    private async Task WatchAsync(TaskQueue queue, IReadOnlyList<string> ownTypes)
    {
        using var timer = new PeriodicTimer(Period, time);
        long? seen = null;
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false))
            {
                // A queue in which nothing is ready, and nothing became so, is left alone.
                var version = queue.Signals.ReadyVersion;
                if (version != seen)
                {
                    seen = await ProbeAsync(queue, ownTypes).ConfigureAwait(false) ? null : version;
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // The host stops.
        }
    }

    /// <returns>Whether the next probe may find something else, though nothing becomes ready.</returns>
    private async Task<bool> ProbeAsync(TaskQueue queue, IReadOnlyList<string> ownTypes)
    {
        try
        {
            var health = await queue.ReadHealthAsync(stopping.Token).ConfigureAwait(false);
            Name(namedTypes, health.UnservedTypes.Except(ownTypes, StringComparer.Ordinal).ToArray(), log.TypeUnserved);
            Name(namedGroups, health.UnservedGroups, log.GroupUnserved);
            return health.Ready > 0;
        }
        catch (QueueStorageException)
        {
            // The workers tell of trouble with the store.
            return true;
        }
    }

    private static void Name(HashSet<string> named, IReadOnlyList<string> unserved, Action<string> log)
    {
        named.IntersectWith(unserved);
        foreach (var name in unserved.Where(name => !named.Contains(name)).Take(MostNamedAtOnce))
        {
            named.Add(name);
            log(name);
        }
    }
}

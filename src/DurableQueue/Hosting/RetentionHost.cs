using DurableQueue.Storage;
using DurableQueue.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Hosting;

/// <summary>Deletes finished tasks whose time is over, while the host runs; of several hosts on one file, one at a time does it.</summary>
internal sealed class RetentionHost(QueueOpener opener, QueueRegistration registration, IServiceProvider services) : IHostedService, IDisposable
{
    private const string Work = "retention";
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromHours(1);

    private readonly ILogger<QueueWorker> log = services.GetRequiredService<ILogger<QueueWorker>>();
    private readonly TimeProvider time = services.GetRequiredService<TimeProvider>();
    private readonly CancellationTokenSource stopping = new();
    private Task keeping = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var policies = registration.EffectiveRetention;
        if (policies.Count == 0 || !registration.EffectiveStores[0].HasRetention)
        {
            return;
        }

        var opened = await opener.OpenAsync(cancellationToken).ConfigureAwait(false);
        var started = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted;
        started.Register(() => keeping = Task.Run(() => KeepAsync(opened.Queue, policies), CancellationToken.None));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await keeping.ConfigureAwait(false);
    }

    public void Dispose() => stopping.Dispose();

    /// <summary>Ten turns within the shortest time that something is kept, but at least one an hour and at most one a minute.</summary>
    private static TimeSpan PeriodOf(IReadOnlyList<RetentionPolicy> policies)
    {
        var period = policies.Min(policy => policy.NamedTimes.Min(time => time.Keep)) / 10;
        return period > LongestPeriod ? LongestPeriod : period < RetentionChecks.Shortest ? RetentionChecks.Shortest : period;
    }

    private async Task KeepAsync(TaskQueue queue, IReadOnlyList<RetentionPolicy> policies)
    {
        var period = PeriodOf(policies);
        using var timer = new PeriodicTimer(period, time);
        try
        {
            do
            {
                await TakeTurnAsync(queue, policies, period).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false));
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // The host stops.
        }
    }

    private async Task TakeTurnAsync(TaskQueue queue, IReadOnlyList<RetentionPolicy> policies, TimeSpan period)
    {
        try
        {
            if (await queue.Upkeep.TryTakeTurnAsync(Work, period, stopping.Token).ConfigureAwait(false))
            {
                var deleted = 0;
                foreach (var policy in policies)
                {
                    deleted += await queue.Control.PruneAsync(policy, stopping.Token).ConfigureAwait(false);
                }

                if (deleted > 0)
                {
                    log.FinishedTasksExpired(deleted);
                }
            }
        }
        catch (QueueStorageException error)
        {
            log.RetentionFailed(period, error);
        }
    }
}

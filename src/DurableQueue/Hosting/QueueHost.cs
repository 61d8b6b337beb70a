using DurableQueue.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableQueue.Hosting;

/// <summary>
/// Opens the queue when the host starts, so that a wrong registration or an unusable file stops it there and not at the first task, declares its
/// schedules, and logs what is allowed but may be an oversight.
/// </summary>
internal sealed class QueueHost(QueueOpener opener, QueueRegistration registration, IServiceProvider services) : IHostedService
{
    private readonly ILogger<QueueWorker> log = services.GetRequiredService<ILogger<QueueWorker>>();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await opener.DeclareAsync(cancellationToken).ConfigureAwait(false);
        var opened = await opener.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (registration.Workers.Count == 0 && opened.Handlers.Types.Count > 0)
        {
            log.HandlersWithoutWorker(string.Join(", ", opened.Handlers.Types));
        }

        await LogMissingGroupsAsync(opened.Queue, cancellationToken).ConfigureAwait(false);
    }

    // The container closes the queue: services that stop after this one may still use it.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task LogMissingGroupsAsync(TaskQueue queue, CancellationToken cancellationToken)
    {
        var options = services.GetRequiredService<IOptionsMonitor<WorkerOptions>>();
        foreach (var worker in registration.Workers)
        {
            foreach (var group in options.Get(worker.OptionsName).Groups ?? [])
            {
                if (await queue.Groups.GetAsync(group, cancellationToken).ConfigureAwait(false) is null)
                {
                    log.GroupMissing(worker.OptionsName, group);
                }
            }
        }
    }
}

using Microsoft.Extensions.Hosting;

namespace DurableQueue.Hosting;

/// <summary>
/// Opens the queue when the host starts, so that a wrong registration or an unusable file stops it there and not at the first task, and declares its
/// schedules.
/// </summary>
internal sealed class QueueHost(QueueOpener opener) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken) => await opener.DeclareAsync(cancellationToken).ConfigureAwait(false);

    // The container closes the queue: services that stop after this one may still use it.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using DurableQueue.Hosting;
using DurableQueue.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Dashboard.Queues;

/// <summary>Asks the router of a queue, if this host has one, what it would choose.</summary>
internal sealed class RoutePreview(IServiceProvider services, string name)
{
    /// <returns><see langword="null"/> if this host has no router.</returns>
    /// <exception cref="DurableQueueException">The router chose nothing.</exception>
    public async ValueTask<ChosenRoute?> ChooseAsync(NewTask task, CancellationToken cancellationToken)
    {
        // The unnamed queue has the empty name there.
        var opener = services.GetKeyedService<QueueOpener>(name) ?? (name == DashboardOptions.UnnamedQueue ? services.GetKeyedService<QueueOpener>("") : null);
        return opener is not null && (await opener.OpenAsync(cancellationToken).ConfigureAwait(false)).Handlers.Router is { } router
            ? await router.PreviewAsync(task, services.GetRequiredService<IServiceScopeFactory>(), cancellationToken).ConfigureAwait(false)
            : null;
    }
}

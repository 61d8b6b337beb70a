using DurableQueue.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DurableQueue.Hosting;

/// <summary>Opens a queue once: when the host starts, or earlier, when the queue is resolved from the container. Closes it with the container.</summary>
internal sealed class QueueOpener(IServiceProvider services, QueueRegistration registration) : IAsyncDisposable, IDisposable
{
    private readonly SemaphoreSlim sync = new(1);
    private OpenedQueue? opened;
    private IReadOnlyList<NewSchedule> schedules = [];

    /// <exception cref="OptionsValidationException">The registration is wrong; it lists all that is.</exception>
    public async ValueTask<OpenedQueue> OpenAsync(CancellationToken cancellationToken = default)
    {
        await sync.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return opened ??= await OpenQueueAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            sync.Release();
        }
    }

    /// <summary>Declares the schedules of the registration.</summary>
    public async ValueTask DeclareAsync(CancellationToken cancellationToken)
    {
        var queue = (await OpenAsync(cancellationToken).ConfigureAwait(false)).Queue;
        foreach (var schedule in schedules)
        {
            await queue.Schedules.DeclareAsync(schedule, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>For the container, which cannot wait otherwise. Opening a file does not wait for other work, so there is nothing to deadlock with.</summary>
    public TaskQueue Open() => OpenAsync().AsTask().GetAwaiter().GetResult().Queue;

    public async ValueTask DisposeAsync()
    {
        if (opened is not null)
        {
            await opened.Queue.DisposeAsync().ConfigureAwait(false);
        }

        sync.Dispose();
    }

    /// <summary>For a container that is disposed without <see langword="await"/>.</summary>
    public void Dispose()
    {
        opened?.Queue.Dispose();
        sync.Dispose();
    }

    private async ValueTask<OpenedQueue> OpenQueueAsync(CancellationToken cancellationToken)
    {
        var described = ActivatorUtilities.CreateInstance<RegistrationCheck>(services, registration).Describe();
        var settings = services.GetRequiredService<IOptionsMonitor<HandlerOptions>>();
        var handlers = new HandlerCatalog(
            described,
            handler => settings.Get(registration.OptionsOf(handler.Type)),
            registration.Json,
            registration.Middleware,
            CreateRouter(described, settings),
            services.GetRequiredService<TimeProvider>());
        schedules = RegistrationCheck.Schedules(registration, handlers, services.GetRequiredService<TimeProvider>());
        var queue = await registration.EffectiveStores[0].OpenAsync(new StoreOpening(services, handlers), cancellationToken).ConfigureAwait(false);
        try
        {
            // Each by its name, and no other is removed: two versions of an application may run side by side.
            foreach (var gate in registration.Gates)
            {
                await queue.Approvals.SetGateAsync(gate, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            await queue.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new OpenedQueue(queue, handlers);
    }

    private RouterInvoker? CreateRouter(IReadOnlyList<HandlerDescriptor> handlers, IOptionsMonitor<HandlerOptions> settings)
    {
        if (registration.Routers.Count == 0)
        {
            return null;
        }

        var router = registration.Routers[0];
        var candidates = handlers.Select(handler => new RouteCandidate(handler.Type, settings.Get(registration.OptionsOf(handler.Type)).Description))
            .Concat(router.Options.Candidates)
            .DistinctBy(candidate => candidate.Type, StringComparer.Ordinal)
            .OrderBy(candidate => candidate.Type, StringComparer.Ordinal);
        return new RouterInvoker(router.Create, router.Options, [.. candidates], services.GetRequiredService<TimeProvider>());
    }
}

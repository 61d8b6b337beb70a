using DurableQueue;
using DurableQueue.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a durable queue to a host.</summary>
public static class DurableQueueServiceCollectionExtensions
{
    /// <summary>
    /// Adds the host's queue, available as <see cref="ITaskQueue"/> (and <see cref="SqliteTaskQueue"/>), with its handlers and workers. The file is opened when the host starts
    /// (or when the queue is first asked for, if that is earlier) and closed with the container. Called again, it adds to the same queue.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Names the store, the handlers and the workers.</param>
    /// <remarks>
    /// If the registration is wrong, the start fails with an <see cref="OptionsValidationException"/> that lists all that is wrong; if the file
    /// cannot be used, with a <see cref="QueueStorageException"/>. Once the host runs, trouble with the store never ends it: workers log it and
    /// try again.
    /// </remarks>
    public static IServiceCollection AddDurableQueue(this IServiceCollection services, Action<DurableQueueBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        configure(new DurableQueueBuilder(services, GetOrAddRegistration(services, Options.Options.DefaultName)));
        return services;
    }

    /// <summary>
    /// Adds a further queue to the host, with a store, handlers, workers and options of its own. It is available as a keyed
    /// <see cref="ITaskQueue"/>: <c>[FromKeyedServices("reports")] ITaskQueue queue</c>. Called again with the name, it adds to the same queue.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The queue's name and the key of its services; not empty.</param>
    /// <param name="configure">Names the store, the handlers and the workers.</param>
    /// <remarks>Opened, checked and closed as the main queue is. Queues know nothing of each other; give each a file of its own.</remarks>
    public static IServiceCollection AddDurableQueue(this IServiceCollection services, string name, Action<DurableQueueBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        configure(new DurableQueueBuilder(services, GetOrAddRegistration(services, name)));
        return services;
    }

    private static QueueRegistration GetOrAddRegistration(IServiceCollection services, string name)
    {
        if (services.FirstOrDefault(service => service.ServiceType == typeof(QueueRegistration) && name.Equals(service.ServiceKey)) is { } known)
        {
            return (QueueRegistration)known.KeyedImplementationInstance!;
        }

        var registration = new QueueRegistration(name);
        services.AddKeyedSingleton(name, registration);
        services.AddKeyedSingleton(name, (provider, _) => new QueueOpener(provider, registration));
        services.AddSingleton<IHostedService>(provider => new QueueHost(provider.GetRequiredKeyedService<QueueOpener>(name), registration, provider));
        services.AddSingleton<IHostedService>(
            provider => new UnservedTypesWatch(provider.GetRequiredKeyedService<QueueOpener>(name), registration, provider));
        services.AddSingleton<IHostedService>(
            provider => new RetentionHost(provider.GetRequiredKeyedService<QueueOpener>(name), registration, provider));
        AddQueue(services, name);
        SqliteStore.AddQueue(services, name);
        AddShared(services);

        // Before whatever the caller's code sets: options are configured in the order of registration, and code beats configuration.
        var configured = new ConfiguredOptions(registration);
        services.AddSingleton<IConfigureOptions<WorkerOptions>>(configured);
        services.AddSingleton<IConfigureOptions<HandlerOptions>>(configured);
        return registration;
    }

    private static void AddQueue(IServiceCollection services, string name)
    {
        ITaskQueue Open(IServiceProvider provider) => provider.GetRequiredKeyedService<QueueOpener>(name).Open();
        if (name.Length == 0)
        {
            services.TryAddSingleton(Open);
        }
        else
        {
            services.TryAddKeyedSingleton(name, (provider, _) => Open(provider));
        }
    }

    /// <summary>What all queues of a host share.</summary>
    private static void AddShared(IServiceCollection services)
    {
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkerOptions>, WorkerOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<HandlerOptions>, HandlerOptionsValidator>());
    }
}

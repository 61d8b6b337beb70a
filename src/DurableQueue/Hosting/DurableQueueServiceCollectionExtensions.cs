using DurableQueue;
using DurableQueue.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds durable queues to a host.</summary>
public static class DurableQueueServiceCollectionExtensions
{
    /// <summary>
    /// Adds the main queue of a host, with its handlers and workers, as the services <see cref="ITaskQueue"/> and <see cref="SqliteTaskQueue"/>. The
    /// queue is opened when the host starts, or when the service is first resolved, and closed when the container is disposed. Further calls
    /// configure the same queue.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Configures the store, the handlers and the workers.</param>
    /// <remarks>
    /// If the registration is not valid, the start of the host fails with an <see cref="OptionsValidationException"/> that lists all errors; if the
    /// store can't be opened, with a <see cref="QueueStorageException"/>. Once the host runs, errors of the store don't stop it: workers log them and
    /// retry.
    /// </remarks>
    public static IServiceCollection AddDurableQueue(this IServiceCollection services, Action<DurableQueueBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        configure(new DurableQueueBuilder(services, GetOrAddRegistration(services, Options.Options.DefaultName)));
        return services;
    }

    /// <summary>
    /// Adds a named queue to a host, with its own store, handlers, workers and options, as the keyed service <see cref="ITaskQueue"/>:
    /// <c>[FromKeyedServices("reports")] ITaskQueue queue</c>. Further calls with the same name configure the same queue.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The name of the queue, which is also the key of its services. Must not be empty.</param>
    /// <param name="configure">Configures the store, the handlers and the workers.</param>
    /// <remarks>The queue is validated, opened and closed like the main queue. Queues are independent of each other: give each its own file.</remarks>
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

    /// <summary>Adds the services that all queues of a host share.</summary>
    private static void AddShared(IServiceCollection services)
    {
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StartChecks>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, StartChecks>(provider => provider.GetRequiredService<StartChecks>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkerOptions>, WorkerOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<HandlerOptions>, HandlerOptionsValidator>());
    }
}

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
    /// Adds the host's queue, available as <see cref="ITaskQueue"/>, with its handlers and workers. The file is opened when the host starts
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

    private static QueueRegistration GetOrAddRegistration(IServiceCollection services, string name)
    {
        if (services.FirstOrDefault(service => service.ServiceType == typeof(QueueRegistration) && name.Equals(service.ServiceKey)) is { } known)
        {
            return (QueueRegistration)known.KeyedImplementationInstance!;
        }

        var registration = new QueueRegistration(name);
        services.AddKeyedSingleton(name, registration);
        services.AddKeyedSingleton(name, (provider, _) => new QueueOpener(provider, registration));
        services.AddSingleton<IHostedService>(provider => new QueueHost(provider.GetRequiredKeyedService<QueueOpener>(name)));
        services.TryAddSingleton<ITaskQueue>(provider => provider.GetRequiredKeyedService<QueueOpener>(name).Open());
        AddShared(services);
        return registration;
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

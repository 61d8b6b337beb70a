using DurableQueue;
using DurableQueue.Hosting;
using DurableQueue.Testing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts the queue of an application under the control of a test.</summary>
public static class DurableQueueTestingServiceCollectionExtensions
{
    private static readonly TimeSpan LongestLease = TimeSpan.FromHours(24);

    /// <summary>
    /// Replaces the store of the application's queue by a temporary file, and the clock of the host by one that the test moves. The registered
    /// handlers and workers are kept, but run only when the test drains the queue. Get the <see cref="QueueTestKit"/> from the host's services. If a
    /// <see cref="ManualTimeProvider"/> is already registered, it is used as the clock.
    /// </summary>
    /// <param name="services">The application's services, with the queue already registered.</param>
    /// <param name="sqlite">Changes the options of the file. The options of the application don't apply.</param>
    /// <param name="name">The name of the queue; empty for the main queue. The kit of a named queue is a keyed service with this name.</param>
    /// <exception cref="InvalidOperationException">The queue is not registered.</exception>
    public static IServiceCollection ReplaceDurableQueueForTests(
        this IServiceCollection services, Func<SqliteQueueOptions, SqliteQueueOptions>? sqlite = null, string name = "")
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        var registration = FindRegistration(services, name);
        var replaced = registration.StoreOfSettings;
        registration.Stores.Clear();
        registration.Stores.Add(new TestStore(registration, replaced));

        services.TryAddSingleton(_ => new ManualTimeProvider());
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(provider => provider.GetRequiredService<ManualTimeProvider>()));
        services.AddKeyedSingleton(
            name, (provider, _) => new QueueTestKit(provider, name, provider.GetRequiredService<ManualTimeProvider>(), sqlite));
        if (name.Length == 0)
        {
            services.AddSingleton(provider => provider.GetRequiredKeyedService<QueueTestKit>(name));
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<WorkerOptions>, TestWorkerOptions>());
        return services;
    }

    internal static QueueRegistration FindRegistration(IServiceCollection services, string name)
    {
        var found = services.FirstOrDefault(service => service.ServiceType == typeof(QueueRegistration) && name.Equals(service.ServiceKey));
        return (QueueRegistration?)found?.KeyedImplementationInstance
            ?? throw new InvalidOperationException($"The queue '{name}' is not registered. Call AddDurableQueue first.");
    }

    private sealed class TestWorkerOptions : IPostConfigureOptions<WorkerOptions>
    {
        public void PostConfigure(string? name, WorkerOptions options)
        {
            options.Name ??= name;
            options.LeaseDuration = LongestLease;
        }
    }
}

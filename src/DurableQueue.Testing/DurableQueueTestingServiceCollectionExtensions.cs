using DurableQueue;
using DurableQueue.Hosting;
using DurableQueue.Testing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts an application's queue under the control of a test.</summary>
public static class DurableQueueTestingServiceCollectionExtensions
{
    private static readonly TimeSpan LongestLease = TimeSpan.FromHours(24);

    /// <summary>
    /// Gives the application's queue a temporary file and the whole host a clock that the test moves; the handlers and workers stay as they are
    /// registered, but run only when the test drains the queue. Take the <see cref="QueueTestKit"/> from the host's services. A
    /// <see cref="ManualTimeProvider"/> that is registered already is the clock.
    /// </summary>
    /// <param name="services">The application's services, with the queue registered already.</param>
    /// <param name="sqlite">Changes the settings of the file; those of the application do not apply.</param>
    /// <param name="name">The queue's name; empty for the main queue. Named ones have their kit under the key of that name.</param>
    /// <exception cref="InvalidOperationException">No such queue is registered.</exception>
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
            ?? throw new InvalidOperationException($"No durable queue '{name}' is registered: call AddDurableQueue first.");
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

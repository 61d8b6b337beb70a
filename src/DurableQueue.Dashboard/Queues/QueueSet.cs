using DurableQueue.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Dashboard.Queues;

/// <summary>The queues of one dashboard, by name. They are looked up at the first request, when the host has opened them.</summary>
internal sealed class QueueSet(IServiceProvider services, DashboardOptions options)
{
    private readonly Lazy<IReadOnlyList<DashboardQueue>> queues = new(() => Find(services, options));

    public IReadOnlyList<DashboardQueue> All => queues.Value;

    public DashboardQueue? Find(string name) => All.FirstOrDefault(queue => queue.Name == name);

    private static DashboardQueue[] Find(IServiceProvider services, DashboardOptions options)
    {
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        return [.. Names(services, options).Select(name => new DashboardQueue(name, Resolve(services, name), services, time))];
    }

    private static string[] Names(IServiceProvider services, DashboardOptions options)
    {
        if (options.Queues.Count > 0)
        {
            return [.. options.Queues.Distinct(StringComparer.Ordinal)];
        }

        var registered = services.GetKeyedServices<QueueRegistration>(KeyedService.AnyKey)
            .Select(registration => registration.Name.Length == 0 ? DashboardOptions.UnnamedQueue : registration.Name)
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        return registered.Length > 0 ? registered : [DashboardOptions.UnnamedQueue];
    }

    private static ITaskQueue Resolve(IServiceProvider services, string name) =>
        services.GetKeyedService<ITaskQueue>(name)
        ?? (name == DashboardOptions.UnnamedQueue ? services.GetService<ITaskQueue>() : null)
        ?? throw new InvalidOperationException(
            $"The dashboard shows the queue '{name}', which is not registered. Register it with AddDurableQueue, or remove it from DashboardOptions.Queues.");
}

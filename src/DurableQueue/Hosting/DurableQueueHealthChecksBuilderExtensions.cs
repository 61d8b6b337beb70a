using DurableQueue;
using DurableQueue.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of durable queues.</summary>
public static class DurableQueueHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a health check of a queue that was added with <c>AddDurableQueue</c>. It waits once for the queue's writer, without writing, and reads
    /// counters, so its cost doesn't depend on the backlog.
    /// </summary>
    /// <param name="builder">The host's health checks.</param>
    /// <param name="name">
    /// The name of the queue; <see langword="null"/> or empty means the main queue. The check is named <c>durablequeue</c>, or <c>durablequeue-{name}</c>.
    /// </param>
    /// <param name="failureStatus">
    /// The status if the queue can't be opened, written or read, or doesn't answer within 5 s. The default is <see cref="HealthStatus.Unhealthy"/>.
    /// </param>
    /// <param name="tags">Tags to filter health checks by.</param>
    /// <param name="timeout">The timeout of the whole check; <see langword="null"/> means only the 5 s for an answer.</param>
    /// <remarks>
    /// The status is degraded if writes wait 1 s or longer for other processes, if the write-ahead log has 128 MiB or more, or if tasks are ready
    /// that no worker seen within 15 s takes. The data contains numbers, task types and groups; never payloads, labels, ids or paths.
    /// </remarks>
    /// <exception cref="InvalidOperationException">Thrown when the check runs: no queue with this name was added.</exception>
    public static IHealthChecksBuilder AddDurableQueue(
        this IHealthChecksBuilder builder,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var queue = name ?? Options.Options.DefaultName;
        return builder.Add(new HealthCheckRegistration(
            queue.Length == 0 ? "durablequeue" : $"durablequeue-{queue}", services => Create(services, queue), failureStatus, tags, timeout));
    }

    private static QueueHealthCheck Create(IServiceProvider services, string queue)
    {
        var opener = services.GetKeyedService<QueueOpener>(queue)
            ?? throw new InvalidOperationException(
                queue.Length == 0 ? "No queue was added. Call services.AddDurableQueue(…)." : $"No queue with the name '{queue}' was added.");
        return new QueueHealthCheck(opener, services.GetRequiredService<TimeProvider>());
    }
}

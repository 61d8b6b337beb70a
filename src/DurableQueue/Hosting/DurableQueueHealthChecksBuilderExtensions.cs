using DurableQueue;
using DurableQueue.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health of a durable queue to the host's health checks.</summary>
public static class DurableQueueHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check of a queue that was added with <c>AddDurableQueue</c>. It goes once through the queue's writer, without writing, and reads
    /// counters: cheap, whatever the backlog.
    /// </summary>
    /// <param name="builder">The host's health checks.</param>
    /// <param name="name">
    /// The name of the queue; <see langword="null"/> or empty: the main queue. The check is called <c>durablequeue</c>, or
    /// <c>durablequeue-{name}</c>.
    /// </param>
    /// <param name="failureStatus">
    /// What is reported when the queue cannot be opened, written or read, or does not answer within 5 s. Default
    /// <see cref="HealthStatus.Unhealthy"/>.
    /// </param>
    /// <param name="tags">For choosing checks.</param>
    /// <param name="timeout">Limits the whole check; <see langword="null"/>: only the 5 s for an answer.</param>
    /// <remarks>
    /// Degraded means: writing waits 1 s or longer for other processes, the write-ahead log has 128 MiB or more, or tasks are ready that no
    /// worker seen within 15 s takes. The data holds numbers and task types; never payloads, labels, ids or paths.
    /// </remarks>
    /// <exception cref="InvalidOperationException">At the check: there is no queue of that name.</exception>
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
                queue.Length == 0 ? "No queue was added: call services.AddDurableQueue(…)." : $"No queue with the name '{queue}' was added.");
        return new QueueHealthCheck(opener, services.GetRequiredService<TimeProvider>());
    }
}

using DurableQueue.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DurableQueue;

/// <summary>Names a SQLite file as the store of a host's queue.</summary>
public static class SqliteQueueBuilderExtensions
{
    /// <summary>
    /// Keeps the queue in a file, which is made, owner-only, with its directory if it does not exist. The <see cref="SqliteTaskQueue"/> behind the
    /// host's queue is available as a service too.
    /// </summary>
    /// <param name="builder">The queue.</param>
    /// <param name="path">Path of the file, on a local disk.</param>
    /// <param name="configure">Changes the settings, which come with the host's clock and logs: <c>o => o with { … }</c>.</param>
    public static DurableQueueBuilder UseSqlite(
        this DurableQueueBuilder builder, string path, Func<SqliteQueueOptions, SqliteQueueOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        builder.Services.TryAddSingleton(services => (SqliteTaskQueue)services.GetRequiredKeyedService<QueueOpener>(builder.Name).Open().Store);
        return builder.UseStore(async (services, cancellationToken) =>
        {
            var options = new SqliteQueueOptions
            {
                TimeProvider = services.GetRequiredService<TimeProvider>(),
                LoggerFactory = services.GetService<ILoggerFactory>(),
            };
            return await SqliteTaskQueue.OpenAsync(path, configure?.Invoke(options) ?? options, cancellationToken).ConfigureAwait(false);
        });
    }
}

using DurableQueue.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Hosting;

/// <summary>A SQLite file as a host's store: its settings come from the host, then the configuration, then code.</summary>
internal static class SqliteStore
{
    /// <param name="registration">The queue.</param>
    /// <param name="path">The file.</param>
    /// <param name="configure">What code sets.</param>
    /// <param name="configurationKey">Where the path comes from, if not from code: errors name it.</param>
    public static StoreRegistration Create(
        QueueRegistration registration, string path, Func<SqliteQueueOptions, SqliteQueueOptions>? configure, string? configurationKey = null)
    {
        SqliteQueueOptions Options(IServiceProvider services)
        {
            var options = new SqliteQueueOptions
            {
                TimeProvider = services.GetRequiredService<TimeProvider>(),
                LoggerFactory = services.GetService<ILoggerFactory>(),
            };
            registration.Configuration.ApplyTo(options);
            return configure?.Invoke(options) ?? options;
        }

        async ValueTask<ITaskQueue> OpenAsync(IServiceProvider services, CancellationToken cancellationToken)
        {
            try
            {
                return await SqliteTaskQueue.OpenAsync(path, Options(services), cancellationToken).ConfigureAwait(false);
            }
            catch (QueueStorageException error) when (configurationKey is not null)
            {
                throw new QueueStorageException(error.Error, $"{configurationKey}: {error.Message}", error);
            }
        }

        return new StoreRegistration(
            OpenAsync,
            services => SqliteQueueOptionsRules.Failures(Options(services)).Select(failure => registration.Qualify($"store: {failure}")));
    }
}

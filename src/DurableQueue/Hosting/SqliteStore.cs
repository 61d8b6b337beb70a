using DurableQueue.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Hosting;

/// <summary>A SQLite file as a host's store: its settings come from the host, then the configuration, then code.</summary>
internal static class SqliteStore
{
    public static StoreRegistration Create(
        QueueRegistration registration, string path, Func<SqliteQueueOptions, SqliteQueueOptions>? configure)
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

        return new StoreRegistration(
            async (services, cancellationToken) => await SqliteTaskQueue.OpenAsync(path, Options(services), cancellationToken).ConfigureAwait(false),
            services => SqliteQueueOptionsRules.Failures(Options(services)).Select(failure => registration.Qualify($"store: {failure}")));
    }
}

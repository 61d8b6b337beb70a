using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Hosting;

/// <summary>A SQLite file as a host's store: its settings come from the host, then the configuration, then code.</summary>
/// <param name="registration">The queue.</param>
/// <param name="path">The file; <see langword="null"/>: the one that the configuration names.</param>
/// <param name="configure">What code sets.</param>
/// <param name="decorate">Puts a store before the real one; <see langword="null"/>: none.</param>
internal sealed class SqliteStore(
    QueueRegistration registration,
    string? path = null,
    Func<SqliteQueueOptions, SqliteQueueOptions>? configure = null,
    Func<ITaskStore, ITaskStore>? decorate = null) : StoreRegistration
{
    private const string PathKey = "Path";

    /// <summary>Whether code or the configuration says where the file is.</summary>
    public bool HasPath => path is not null || registration.Configuration.FindStoreSetting(PathKey) is not null;

    /// <summary>How a file is named, in words.</summary>
    public string HowToName => $"call UseSqlite(path), or {registration.Configuration.StoreSettingPlaces(PathKey)}";

    /// <summary>Makes the queue available as what it is.</summary>
    public static void AddQueue(IServiceCollection services, string name)
    {
        if (name.Length == 0)
        {
            services.TryAddSingleton(provider => Open(provider, name));
        }
        else
        {
            services.TryAddKeyedSingleton(name, (provider, _) => Open(provider, name));
        }
    }

    public override async ValueTask<TaskQueue> OpenAsync(StoreOpening opening, CancellationToken cancellationToken)
    {
        var configured = path is null ? registration.Configuration.FindStoreSetting(PathKey) : null;
        try
        {
            return await SqliteTaskQueue.OpenAsync(
                path ?? configured!.Value.Value, OptionsFor(opening.Services), opening.Wiring(decorate), cancellationToken).ConfigureAwait(false);
        }
        catch (QueueStorageException error) when (configured is not null)
        {
            throw new QueueStorageException(error.Error, $"{configured.Value.Key}: {error.Message}", error);
        }
    }

    public override IEnumerable<string> Failures(IServiceProvider services) =>
        SqliteQueueOptionsRules.Failures(OptionsFor(services)).Select(failure => registration.Qualify($"store: {failure}"));

    public override IEnumerable<string> SettingsFailures(IConfigurationSection section) =>
        SettingsBinding.Bind(section, new SqliteQueueOptions(), PathKey);

    private static SqliteTaskQueue Open(IServiceProvider provider, string name) =>
        provider.GetRequiredKeyedService<QueueOpener>(name).Open() as SqliteTaskQueue
        ?? throw new InvalidOperationException("The queue's store is not a SQLite file.");

    private SqliteQueueOptions OptionsFor(IServiceProvider services)
    {
        var options = new SqliteQueueOptions
        {
            TimeProvider = services.GetRequiredService<TimeProvider>(),
            LoggerFactory = services.GetService<ILoggerFactory>(),
        };
        foreach (var section in registration.Configuration.StoreSections)
        {
            SettingsBinding.Bind(section, options, PathKey);
        }

        return configure?.Invoke(options) ?? options;
    }
}

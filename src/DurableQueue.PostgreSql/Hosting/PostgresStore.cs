using DurableQueue.Hosting;
using DurableQueue.Queueing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DurableQueue.PostgreSql.Hosting;

/// <summary>PostgreSQL as a host's store: its settings come from the host, then the configuration, then code.</summary>
/// <param name="registration">The queue.</param>
/// <param name="open">Opens it with the options.</param>
/// <param name="configure">What code sets.</param>
internal sealed class PostgresStore(
    QueueRegistration registration,
    Func<PostgresQueueOptions, QueueWiring, CancellationToken, ValueTask<PostgresTaskQueue>> open,
    Func<PostgresQueueOptions, PostgresQueueOptions>? configure) : StoreRegistration
{
    public override async ValueTask<TaskQueue> OpenAsync(StoreOpening opening, CancellationToken cancellationToken) =>
        await open(OptionsFor(opening.Services), opening.Wiring(), cancellationToken).ConfigureAwait(false);

    public override IEnumerable<string> Failures(IServiceProvider services) =>
        PostgresQueueOptionsRules.Failures(OptionsFor(services)).Select(failure => registration.Qualify($"store: {failure}"));

    public override IEnumerable<string> SettingsFailures(IConfigurationSection section) => SettingsBinding.Bind(section, new PostgresQueueOptions());

    private PostgresQueueOptions OptionsFor(IServiceProvider services)
    {
        // The host's clock only if it is not the machine's: all hosts of a queue share the clock of the server.
        var time = services.GetRequiredService<TimeProvider>();
        var options = new PostgresQueueOptions
        {
            TimeProvider = time == TimeProvider.System ? null : time,
            LoggerFactory = services.GetService<ILoggerFactory>(),
        };
        foreach (var section in registration.Configuration.StoreSections)
        {
            SettingsBinding.Bind(section, options);
        }

        return configure?.Invoke(options) ?? options;
    }
}

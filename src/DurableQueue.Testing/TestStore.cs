using DurableQueue.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DurableQueue.Testing;

/// <summary>The store of a <see cref="QueueTestKit"/> in the place of the application's own.</summary>
internal sealed class TestStore(QueueRegistration registration, StoreRegistration replaced) : StoreRegistration
{
    /// <summary>A test that moves the clock still finds what finished.</summary>
    public override bool HasRetention => false;

    public override ValueTask<TaskQueue> OpenAsync(StoreOpening opening, CancellationToken cancellationToken)
    {
        var options = opening.Services.GetRequiredService<IOptionsMonitor<WorkerOptions>>();
        return opening.Services.GetRequiredKeyedService<QueueTestKit>(registration.Name)
            .OpenAsync(opening, [.. registration.Workers.Select(worker => options.Get(worker.OptionsName).Name!)], cancellationToken);
    }

    public override IEnumerable<string> Failures(IServiceProvider services) => [];

    public override IEnumerable<string> SettingsFailures(IConfigurationSection section) => replaced.SettingsFailures(section);
}

using Microsoft.Extensions.Configuration;

namespace DurableQueue.Hosting;

/// <summary>A store as it was registered with the builder.</summary>
internal abstract class StoreRegistration
{
    /// <summary>Whether finished tasks are deleted by the host's retention policies.</summary>
    public virtual bool HasRetention => true;

    /// <summary>Opens it. The services are asked for before the first await.</summary>
    public abstract ValueTask<TaskQueue> OpenAsync(StoreOpening opening, CancellationToken cancellationToken);

    /// <returns>Everything that is wrong with its options.</returns>
    public abstract IEnumerable<string> Failures(IServiceProvider services);

    /// <returns>Every key of the configuration that means nothing to it, and every value that cannot be read.</returns>
    public abstract IEnumerable<string> SettingsFailures(IConfigurationSection section);
}

using Microsoft.Extensions.Options;

namespace DurableQueue.Hosting;

/// <summary>Gives workers and handlers what the configuration says. Registered before any code can set options, so that code has the last word.</summary>
internal sealed class ConfiguredOptions(QueueRegistration registration) : IConfigureNamedOptions<WorkerOptions>, IConfigureNamedOptions<HandlerOptions>
{
    public void Configure(WorkerOptions options)
    {
    }

    public void Configure(string? name, WorkerOptions options)
    {
        if (registration.Workers.FirstOrDefault(worker => worker.OptionsName == name) is { } found)
        {
            options.Name = found.Name;
            registration.Configuration.ApplyTo(found, options);
        }
    }

    public void Configure(HandlerOptions options)
    {
    }

    public void Configure(string? name, HandlerOptions options)
    {
        if (registration.Handlers.FirstOrDefault(handler => registration.OptionsOf(handler.Type) == name) is { } found)
        {
            registration.Configuration.ApplyTo(found, options);
        }
    }
}

using DurableQueue.Hosting;
using DurableQueue.Processes.Running;
using DurableQueue.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Processes;

/// <summary>Adds commands to a queue in a host.</summary>
public static class CommandsBuilderExtensions
{
    /// <summary>
    /// Registers the task type <see cref="CommandTask.TypeName"/> with its handler, so that the queue's workers run commands. Needs Linux and the SQLite store;
    /// otherwise the host fails to start with a message that says so.
    /// </summary>
    /// <param name="builder">The queue.</param>
    /// <param name="configure">Changes the options.</param>
    /// <remarks>
    /// Commands survive a crash of their worker: they keep running, and the next worker on the machine takes them over
    /// (<see cref="CommandOptions.RestartPolicy"/>). A worker that shuts down leaves them running in the same way.
    /// </remarks>
    public static DurableQueueBuilder AddCommands(this DurableQueueBuilder builder, Action<CommandOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new CommandOptions();
        configure?.Invoke(options);
        foreach (var mistake in CommandOptionsRules.Failures(options))
        {
            builder.AddMistake($"commands: {mistake}");
        }

        if (!OperatingSystem.IsLinux())
        {
            builder.AddMistake("commands: they run on Linux only; this system can only enqueue them.");
        }

        var name = builder.Name;
        builder.Services.AddKeyedSingleton(name, (services, _) => new CommandRunner(
            services.GetRequiredKeyedService<QueueOpener>(name).Open() as SqliteTaskQueue
                ?? throw new InvalidOperationException("Commands need the SQLite store."),
            options,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<CommandRunner>>()));
        return builder.AddHandler(new HandlerDescriptor(
            CommandTask.TypeName,
            typeof(CommandTask),
            typeof(CommandResult),
            _ => call => call.Services.GetRequiredKeyedService<CommandRunner>(name).RunAsync(call))
        {
            Adopts = true,
            HasOwnJson = true,
        });
    }
}

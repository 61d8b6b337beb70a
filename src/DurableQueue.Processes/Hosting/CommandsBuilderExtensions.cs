using DurableQueue.Hosting;
using DurableQueue.Processes.Running;
using DurableQueue.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
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
        AddLogs(builder, options.LogDirectory);
        builder.Services.AddKeyedSingleton(name, (services, _) => new CommandRunner(
            OpenQueue(services, name),
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

    /// <summary>
    /// Registers <see cref="ITaskLogs"/> in a host that does not run the commands of the queue but shows their logs, which another process on the same machine writes.
    /// Like <see cref="ITaskQueue"/>, it is a keyed service for a named queue. <see cref="AddCommands"/> registers it too.
    /// </summary>
    /// <param name="builder">The queue.</param>
    /// <param name="logDirectory">The <see cref="CommandOptions.LogDirectory"/> of that process; <see langword="null"/> means the default.</param>
    public static DurableQueueBuilder AddCommandLogs(this DurableQueueBuilder builder, string? logDirectory = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddLogs(builder, logDirectory);
        return builder;
    }

    private static void AddLogs(DurableQueueBuilder builder, string? directory)
    {
        var name = builder.Name;
        ITaskLogs Create(IServiceProvider services)
        {
            var queue = OpenQueue(services, name);
            return new CommandLogs(queue, new CommandFiles(queue.FilePath, directory));
        }

        if (name.Length == 0)
        {
            builder.Services.TryAddSingleton(Create);
        }
        else
        {
            builder.Services.TryAddKeyedSingleton(name, (services, _) => Create(services));
        }
    }

    private static SqliteTaskQueue OpenQueue(IServiceProvider services, string name) =>
        services.GetRequiredKeyedService<QueueOpener>(name).Open() as SqliteTaskQueue
            ?? throw new InvalidOperationException("Commands need the SQLite store.");
}

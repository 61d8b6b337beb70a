using DurableQueue;
using DurableQueue.Mcp;
using DurableQueue.Mcp.Calls;
using DurableQueue.Mcp.Hosting;
using DurableQueue.Mcp.Resources;
using DurableQueue.Mcp.Tools;
using DurableQueue.Processes;
using DurableQueue.Processes.Running;
using Microsoft.Extensions.Options;
using ModelContextProtocol.Server;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Offers a queue to the clients of an MCP server.</summary>
public static class DurableQueueMcpServerBuilderExtensions
{
    /// <summary>
    /// Adds the tools and resources of a queue that was added with <c>AddDurableQueue</c>: adding, listing, showing, waiting for, stopping and retrying tasks,
    /// groups, notifications, approvals and budgets. A server has those of one queue.
    /// </summary>
    /// <param name="builder">The server.</param>
    /// <param name="configure">Changes what is allowed. By default everything that changes the queue is, except adding shell commands and deciding approvals.</param>
    /// <remarks>
    /// Every client of the server can use every tool that is allowed: authentication and authorization are the application's. Results never contain environment
    /// variables of commands. The logs of commands are offered if the queue has <c>AddCommands</c>.
    /// </remarks>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The server has the tools of a queue already.</exception>
    public static IMcpServerBuilder WithDurableQueueTools(this IMcpServerBuilder builder, Action<DurableQueueToolOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new DurableQueueToolOptions();
        configure?.Invoke(options);
        options.Check();
        return builder.WithQueueTools(services => CreateHost(services, options));
    }

    /// <summary>Adds the tools of a program of its own kind.</summary>
    internal static IMcpServerBuilder WithQueueTools(this IMcpServerBuilder builder, Func<IServiceProvider, ToolHost> host)
    {
        if (builder.Services.Any(service => service.ServiceType == typeof(ToolHost)))
        {
            throw new InvalidOperationException("The server already has the tools of a queue, and their names are fixed: give another queue a server of its own.");
        }

        builder.Services.AddSingleton(host);
        builder.Services.AddSingleton<Subscriptions>();
        builder.Services.AddSingleton<IPostConfigureOptions<McpServerOptions>, ResourceHandlers>();
        var tools = QueueTools.Create();
        return builder
            .WithTools(tools)
            .WithResources([new TaskResource(), new LogResource()])
            .WithRequestFilters(filters => filters.AddListToolsFilter(next => async (request, cancellationToken) =>
            {
                var result = await next(request, cancellationToken).ConfigureAwait(false);
                var program = request.Services!.GetRequiredService<ToolHost>();
                var refused = tools.Cast<IQueueTool>().Where(tool => tool.Text.RefusalBy(program) is not null).Select(tool => tool.Text.Name).ToHashSet();
                result.Tools = [.. result.Tools.Where(tool => !refused.Contains(tool.Name))];
                return result;
            }));
    }

    private static ToolHost CreateHost(IServiceProvider services, DurableQueueToolOptions options)
    {
        var name = options.QueueName;
        var queue = name.Length == 0 ? services.GetRequiredService<ITaskQueue>() : services.GetRequiredKeyedService<ITaskQueue>(name);
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        return new ToolHost(queue, options, FindCommands(services, queue, options, time), time);
    }

    private static CommandControl? FindCommands(IServiceProvider services, ITaskQueue queue, DurableQueueToolOptions options, TimeProvider time)
    {
        if (!OperatingSystem.IsLinux() || queue is not SqliteTaskQueue file)
        {
            return null;
        }

        // Other programs may run the commands of this queue.
        var files = services.GetKeyedService<CommandRunner>(options.QueueName)?.Files ?? (options.AllowCommands ? new CommandFiles(file.FilePath) : null);
        return files is null ? null : new CommandControl(queue, files, time);
    }
}

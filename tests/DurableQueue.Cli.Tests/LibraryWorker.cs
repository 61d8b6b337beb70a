using DurableQueue.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DurableQueue.Cli.Tests;

/// <summary>A worker of an application of its own, beside dq.</summary>
internal sealed class LibraryWorker(IHost host) : IAsyncDisposable
{
    /// <param name="queuePath">The queue.</param>
    /// <param name="logs">The directory of its logs.</param>
    public static async Task<LibraryWorker> StartAsync(string queuePath, string logs)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDurableQueue(queue => queue
            .UseSqlite(queuePath)
            .AddCommands(commands => commands.LogDirectory = logs)
            .AddWorker(worker => worker.ShutdownTimeout = TimeSpan.Zero));
        var host = builder.Build();
        await host.StartAsync();
        return new LibraryWorker(host);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}

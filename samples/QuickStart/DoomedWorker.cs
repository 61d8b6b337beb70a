using DurableQueue;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace QuickStart;

/// <summary>A second process of this program: a worker that begins a task and never ends it.</summary>
internal static class DoomedWorker
{
    public const string Name = "doomed";

    public static async Task<int> RunAsync(string queuePath)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddDurableQueue(queue => queue
            .UseSqlite(queuePath)
            .AddHandler("report", async (Report _, TaskContext context, CancellationToken cancellationToken) =>
            {
                // The first process reads this line and kills us.
                Console.WriteLine($"inside {context.Id}");
                await Task.Delay(Timeout.Infinite, cancellationToken);
            })
            .AddWorker(worker =>
            {
                worker.Name = Name;
                worker.LeaseDuration = TimeSpan.FromSeconds(1);
            }));
        await builder.Build().RunAsync();
        return 0;
    }
}

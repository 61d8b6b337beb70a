using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>A host with one worker, as a service would have it.</summary>
internal static class WorkHost
{
    public const string TaskType = "work";

    public static NewTask Task { get; } = new(TaskType, Encoding.UTF8.GetBytes("""{"enqueuedAt":0}"""));

    public static IHost Build(string path, SqliteQueueOptions options, int concurrency, Action<Work> started)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(new WorkLog(started));
        builder.Services.AddDurableQueue(queue => queue
            .UseSqlite(path, _ => options)
            .AddHandler<Work, WorkHandler>(TaskType)
            .AddWorker(worker => worker.Concurrency = concurrency));
        return builder.Build();
    }
}

using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DurableQueue.Benchmarks;

/// <summary>What the hosted worker with a typed handler costs per task, against callers of the bare queue; both in one run, round by round.</summary>
internal static class Overhead
{
    private const int Rounds = 5;
    private const int Concurrency = 64;

    /// <param name="args">Optionally <c>--tasks N</c>: how many tasks one round works off.</param>
    public static async Task RunAsync(string[] args)
    {
        var tasks = CommandLine.Number(args, "--tasks", 20_000);
        (string Name, Func<int, Task<Cost>> Measure, List<Cost> Costs)[] variants =
        [
            ("bare queue, 64 callers", MeasureBareAsync, []),
            ("hosted worker, function", count => MeasureHostedAsync(count, q => q.AddHandler("work", (Work work, CancellationToken token) => Task.CompletedTask)), []),
            ("hosted worker, class", count => MeasureHostedAsync(count, q => q.AddHandler<Work, WorkHandler>("work")), []),
            ("… and 2 middlewares", count => MeasureHostedAsync(count, q => q.Use((_, next, token) => next(token)).Use((_, next, token) => next(token)).AddHandler<Work, WorkHandler>("work")), []),
        ];

        // The first round is the warm-up.
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var (_, measure, costs) in variants)
            {
                var cost = await measure(tasks);
                if (round > 0)
                {
                    costs.Add(cost);
                }
            }
        }

        Console.WriteLine($"Durability.Full, checkout + complete of {tasks:N0} tasks, {Concurrency} at once, median of {Rounds} alternating rounds");
        var bare = Median.Of([.. variants[0].Costs.Select(cost => cost.Microseconds)]);
        foreach (var (name, _, costs) in variants)
        {
            var time = Median.Of([.. costs.Select(cost => cost.Microseconds)]);
            var bytes = Median.Of([.. costs.Select(cost => cost.Bytes)]);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{name,-26}{time,8:F1} µs/task   ratio {time / bare:F2}   {bytes,8:N0} B/task"));
        }
    }

    private static async Task<Cost> MeasureBareAsync(int tasks)
    {
        await using var file = await TemporaryFile.CreateAsync(tasks);
        await using var queue = await SqliteTaskQueue.OpenAsync(file.Path);
        var request = new CheckoutRequest { Worker = "benchmark" };
        return await MeasureAsync(tasks, () => Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => Task.Run(async () =>
        {
            while (await queue.CheckoutAsync(request) is { } task)
            {
                await queue.CompleteAsync(task.Lease);
            }
        }))));
    }

    private static async Task<Cost> MeasureHostedAsync(int tasks, Action<DurableQueueBuilder> configure)
    {
        await using var file = await TemporaryFile.CreateAsync(tasks);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDurableQueue(q => configure(q.UseSqlite(file.Path).AddWorker(w => w.Concurrency = Concurrency)));
        var host = builder.Build();
        await using var disposal = (IAsyncDisposable)host;
        var queue = host.Services.GetRequiredService<ITaskQueue>();
        var cost = await MeasureAsync(tasks, async () =>
        {
            await host.StartAsync();
            await queue.Inspector.WaitAsync(TaskSelector.All);
        });
        await host.StopAsync();
        return cost;
    }

    private static async Task<Cost> MeasureAsync(int tasks, Func<Task> work)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        await work();
        var elapsed = Stopwatch.GetElapsedTime(start);
        return new Cost(elapsed.TotalMicroseconds / tasks, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)tasks);
    }

    private sealed record Work(int Number, string Name);

    private sealed class WorkHandler : ITaskHandler<Work>
    {
        public Task HandleAsync(Work payload, TaskContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed record Cost(double Microseconds, double Bytes);

    /// <summary>A file full of ready tasks, closed.</summary>
    private sealed class TemporaryFile : IAsyncDisposable
    {
        private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-overhead-");

        public string Path => System.IO.Path.Combine(directory.FullName, "queue.db");

        public static async Task<TemporaryFile> CreateAsync(int tasks)
        {
            var file = new TemporaryFile();
            await using var queue = await SqliteTaskQueue.OpenAsync(file.Path);
            for (var left = tasks; left > 0; left -= 10_000)
            {
                await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work", """{"number":1,"name":"some text"}"""u8.ToArray()), Math.Min(left, 10_000))]);
            }

            return file;
        }

        public ValueTask DisposeAsync()
        {
            directory.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}

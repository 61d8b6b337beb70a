using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using DurableQueue.Benchmarks.Throughput;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DurableQueue.Benchmarks;

/// <summary>What the hosted worker with a typed handler costs per task, against callers of the bare queue; both in one run, round by round.</summary>
internal static class Overhead
{
    private const int Rounds = 5;
    private const int Concurrency = 64;

    private static readonly NewTask Ready = new("work", """{"number":1,"name":"some text"}"""u8.ToArray());

    /// <param name="args">Optionally <c>--tasks N</c>: how many tasks one round works off.</param>
    public static async Task RunAsync(string[] args)
    {
        var tasks = CommandLine.Number(args, "--tasks", 100_000);
        (string Name, Func<int, Task<Cost>> Measure, List<Cost> Costs)[] variants =
        [
            ("ITaskQueue, 64 callers", MeasureCallersAsync, []),
            ("ITaskQueue, lists of 64", MeasureListsAsync, []),
            ("worker, function", count => MeasureHostedAsync(count, q => q.AddHandler("work", (Work work, Countdown left, CancellationToken token) => left.Signal())), []),
            ("worker, class", count => MeasureHostedAsync(count, q => q.AddHandler<Work, WorkHandler>("work")), []),
            ("… and 2 middlewares", count => MeasureHostedAsync(count, q => q.Use((_, next, token) => next(token)).Use((_, next, token) => next(token)).AddHandler<Work, WorkHandler>("work")), []),
            ("… and listeners", count => MeasureListenedAsync(count, q => q.AddHandler<Work, WorkHandler>("work")), []),
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
                CultureInfo.InvariantCulture, $"{name,-26}{1_000_000 / time,10:N0} tasks/s {time,8:F1} µs/task   ratio {time / bare:F2}   {bytes,8:N0} B/task"));
        }
    }

    private static async Task<Cost> MeasureCallersAsync(int tasks)
    {
        using var file = await FilledAsync(tasks);
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

    private static async Task<Cost> MeasureListsAsync(int tasks)
    {
        using var file = await FilledAsync(tasks);
        await using var queue = await SqliteTaskQueue.OpenAsync(file.Path);
        var request = new CheckoutRequest { Worker = "benchmark" };
        return await MeasureAsync(tasks, async () =>
        {
            while (await queue.CheckoutAsync(request, Concurrency) is { Count: > 0 } leased)
            {
                await queue.CompleteAsync([.. leased.Select(task => new TaskCompletion(task.Lease))]);
            }
        });
    }

    /// <summary>With somebody who takes every span and every measurement.</summary>
    private static async Task<Cost> MeasureListenedAsync(int tasks, Action<DurableQueueBuilder> configure)
    {
        using var spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name == DurableQueueTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(spans);
        using var metrics = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == DurableQueueTelemetry.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        metrics.SetMeasurementEventCallback<double>((_, _, _, _) => { });
        metrics.SetMeasurementEventCallback<long>((_, _, _, _) => { });
        metrics.Start();
        return await MeasureHostedAsync(tasks, configure);
    }

    private static async Task<Cost> MeasureHostedAsync(int tasks, Action<DurableQueueBuilder> configure)
    {
        using var file = await FilledAsync(tasks);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDurableQueue(q => configure(q.UseSqlite(file.Path).AddWorker(w => w.Concurrency = Concurrency)));
        var left = new Countdown(tasks);
        builder.Services.AddSingleton(left);
        var host = builder.Build();
        await using var disposal = (IAsyncDisposable)host;
        return await MeasureAsync(tasks, async () =>
        {
            await host.StartAsync();
            await left.Done;

            // The last handlers have started; what is left until the host stops is their completion.
            await host.StopAsync();
        });
    }

    private static async Task<Cost> MeasureAsync(int tasks, Func<Task> work)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        await work();
        var elapsed = Stopwatch.GetElapsedTime(start);
        return new Cost(elapsed.TotalMicroseconds / tasks, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)tasks);
    }

    /// <summary>A file full of ready tasks, closed.</summary>
    private static async Task<TemporaryFile> FilledAsync(int tasks)
    {
        var file = new TemporaryFile();
        await using var queue = await SqliteTaskQueue.OpenAsync(file.Path);
        await Library.FillAsync(queue, tasks, Ready);
        return file;
    }

    private sealed record Work(int Number, string Name);

    private sealed class WorkHandler(Countdown left) : ITaskHandler<Work>
    {
        public Task HandleAsync(Work payload, TaskContext context, CancellationToken cancellationToken)
        {
            left.Signal();
            return Task.CompletedTask;
        }
    }

    private sealed record Cost(double Microseconds, double Bytes);
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>From the call of enqueue to the start of the handler, with an idle worker: in the same process, and in another one.</summary>
internal sealed class Latency : Scenario
{
    /// <summary>Long enough that the worker is idle again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    public override string Name => "latency";

    public override int DefaultTasks => 500;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        var (same, bare) = await InSameProcessAsync(options.Queue, tasks);
        var (other, idleShare) = await InOtherProcessAsync(options, tasks);
        return new Result
        {
            Scenario = Name,
            P50Ms = same.P50Ms,
            P99Ms = same.P99Ms,
            Pairs = tasks,
            Figures = new Dictionary<string, double>
            {
                ["bare_two_commits_p50_ms"] = bare.P50Ms,
                ["other_process_p50_ms"] = other.P50Ms,
                ["other_process_p99_ms"] = other.P99Ms,
                ["idle_worker_percent_of_a_core"] = idleShare * 100,
            },
        };
    }

    /// <summary>With it, in turn, what bare SQLite takes for the two transactions between the call and the handler, on one thread and as cold.</summary>
    private static async Task<(Latencies Library, Latencies Bare)> InSameProcessAsync(SqliteQueueOptions options, int tasks)
    {
        using var file = new TemporaryFile();
        using var bareFile = new TemporaryFile();
        using var bare = new BareQueue(bareFile.Path, options);
        var (latencies, bareLatencies) = (new Latencies(tasks), new Latencies(tasks));
        var started = new SemaphoreSlim(0);
        var warm = false;
        using var host = WorkHost.Build(file.Path, options, Library.ManyCallers, work =>
        {
            if (Volatile.Read(ref warm))
            {
                latencies.AddSince(work.EnqueuedAt);
            }

            started.Release();
        });
        await host.StartAsync();
        var queue = host.Services.GetRequiredService<ITaskQueue>();
        for (var task = -tasks / 5; task < tasks; task++)
        {
            Volatile.Write(ref warm, task >= 0);
            await Task.Delay(Pause);
            await queue.EnqueueAsync(NewTask());
            await started.WaitAsync();

            await Task.Delay(Pause);
            var start = Stopwatch.GetTimestamp();
            bare.Enqueue(1, NewTask().Payload.ToArray());
            bare.Checkout(1);
            if (task >= 0)
            {
                bareLatencies.AddSince(start);
            }

            bare.Complete();
        }

        await host.StopAsync();
        return (latencies, bareLatencies);
    }

    private static async Task<(Latencies Latencies, double IdleShare)> InOtherProcessAsync(RunOptions options, int tasks)
    {
        using var file = new TemporaryFile();
        var latencies = new Latencies(tasks);
        await using var queue = await SqliteTaskQueue.OpenAsync(file.Path, options.Queue);
        await using var worker = SelfProcess.Start(ChildPrograms.Handle, file.Path, options.Durability.ToString());
        await worker.ReadAsync();
        for (var task = -tasks / 5; task < tasks; task++)
        {
            await Task.Delay(Pause);
            await queue.EnqueueAsync(NewTask());
            var ticks = long.Parse(await worker.ReadAsync(), CultureInfo.InvariantCulture);
            if (task >= 0)
            {
                latencies.AddTicks(ticks);
            }
        }

        // As idle as it gets after a second; then as long as the run is serious.
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(tasks * 2, 1_000)));
        var (before, clock) = (worker.ProcessorTime, Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(tasks * 20, 10_000)));
        return (latencies, (worker.ProcessorTime - before) / clock.Elapsed);
    }

    private static NewTask NewTask() =>
        new(WorkHost.TaskType, JsonSerializer.SerializeToUtf8Bytes(new Work(Stopwatch.GetTimestamp()), JsonSerializerOptions.Web));
}

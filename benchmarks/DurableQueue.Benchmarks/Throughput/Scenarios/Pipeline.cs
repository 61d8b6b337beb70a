using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>64 producers and a worker with 64 slots at once, in one process, until every task was handled.</summary>
internal sealed class Pipeline : Scenario
{
    public override string Name => "pipeline";

    public override int DefaultTasks => 200_000;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        var payload = new byte[100];
        var medians = await Pairs.MeasureAsync(
            options.Pairs,
            () => EndToEndAsync(options.Queue, tasks),
            () => Task.FromResult(Bare.EndToEnd(path => new BareQueue(path, options.Queue), tasks, Library.ManyCallers, payload)),
            () => Task.FromResult(Bare.EndToEnd(path => new MinimalQueue(path, options.Queue), tasks, Library.ManyCallers, payload)),
            () => Task.FromResult(Bare.EndToEnd(path => new BareQueue(path, options.Queue, oneStatement: true), tasks, Library.ManyCallers, payload)));
        return Result.Of(Name, options.Pairs, medians[0], medians[1]) with
        {
            Minimal = medians[2].PerSecond,
            Figures = new Dictionary<string, double> { ["one_statement"] = medians[3].PerSecond },
        };
    }

    private static async Task<Sample> EndToEndAsync(SqliteQueueOptions options, int tasks)
    {
        using var file = new TemporaryFile();
        var countdown = new Countdown(tasks);
        using var host = WorkHost.Build(file.Path, options, Library.ManyCallers, _ => countdown.Signal());
        await host.StartAsync();
        var queue = host.Services.GetRequiredService<ITaskQueue>();

        var left = tasks;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Library.ManyCallers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await queue.EnqueueAsync(WorkHost.Task);
            }
        })));
        await countdown.Done;
        await host.StopAsync();
        var elapsed = clock.Elapsed;
        return new Sample(tasks / elapsed.TotalSeconds) { BytesPerTask = (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / tasks };
    }
}

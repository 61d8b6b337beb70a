using System.Diagnostics;

namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>A hosted worker with 64 slots and a typed handler that does nothing; tasks enqueued beforehand. Allocations include the enqueue.</summary>
internal sealed class HostedWorker : Scenario
{
    public override string Name => "worker";

    public override int DefaultTasks => 200_000;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        var payload = new byte[100];
        var medians = await Pairs.MeasureAsync(
            options.Pairs,
            () => WorkAsync(options.Queue, tasks),
            () => Task.FromResult(Bare.Drain(path => new BareQueue(path, options.Queue), tasks, Library.ManyCallers, payload)),
            () => Task.FromResult(Bare.Drain(path => new MinimalQueue(path, options.Queue), tasks, Library.ManyCallers, payload)),
            () => Task.FromResult(Bare.Drain(path => new BareQueue(path, options.Queue, oneStatement: true), tasks, Library.ManyCallers, payload)));
        return Result.Of(Name, options.Pairs, medians[0], medians[1]) with
        {
            Minimal = medians[2].PerSecond,
            Figures = new Dictionary<string, double> { ["one_statement"] = medians[3].PerSecond },
        };
    }

    private static async Task<Sample> WorkAsync(SqliteQueueOptions options, int tasks)
    {
        using var file = new TemporaryFile();
        var countdown = new Countdown(tasks);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        await using (var queue = await SqliteTaskQueue.OpenAsync(file.Path, options))
        {
            await Library.FillAsync(queue, tasks, WorkHost.Task, listSize: 1_000);
        }

        using var host = WorkHost.Build(file.Path, options, Library.ManyCallers, _ => countdown.Signal());
        var clock = Stopwatch.StartNew();
        await host.StartAsync();
        await countdown.Done;

        // The last handlers have started; what is left until the host stops is their completion.
        await host.StopAsync();
        var elapsed = clock.Elapsed;
        return new Sample(tasks / elapsed.TotalSeconds) { BytesPerTask = (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / tasks };
    }
}

using System.Diagnostics;

namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>Lists of 1,000 tasks from one caller.</summary>
internal sealed class EnqueueLists : Scenario
{
    private const int ListSize = 1_000;

    public override string Name => "enqueue-batch";

    /// <summary>300 calls a round: the code of a call that is made only 100 times is not yet the optimized one.</summary>
    public override int DefaultTasks => 300_000;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        var payload = new byte[100];
        var medians = await Pairs.MeasureAsync(
            options.Pairs,
            () => EnqueueAsync(options.Queue, tasks),
            () => Task.FromResult(Bare.Enqueue(path => new BareQueue(path, options.Queue), tasks, ListSize, payload)),
            () => Task.FromResult(Bare.Enqueue(path => new MinimalQueue(path, options.Queue), tasks, ListSize, payload)));
        return Result.Of(Name, options.Pairs, medians[0], medians[1]) with { Minimal = medians[2].PerSecond };
    }

    private static async Task<Sample> EnqueueAsync(SqliteQueueOptions options, int tasks)
    {
        using var file = new TemporaryFile();
        await using var queue = await SqliteTaskQueue.OpenAsync(file.Path, options);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var clock = Stopwatch.StartNew();
        await Library.FillAsync(queue, tasks, Library.TaskOf(payloadBytes: 100), ListSize);
        var elapsed = clock.Elapsed;
        return new Sample(tasks / elapsed.TotalSeconds) { BytesPerTask = (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / tasks };
    }
}

namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>One task per call; the bare loop has as many tasks in a transaction as there are callers.</summary>
internal sealed class Enqueue(string name, int callers, int defaultTasks) : Scenario
{
    public override string Name => name;

    public override int DefaultTasks => defaultTasks;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        var task = Library.TaskOf(payloadBytes: 100);
        var payload = new byte[100];
        var medians = await Pairs.MeasureAsync(
            options.Pairs,
            () => Library.EnqueueAsync(options.Queue, tasks, callers, task),
            () => Task.FromResult(Bare.Enqueue(path => new BareQueue(path, options.Queue), tasks, callers, payload)),
            () => Task.FromResult(Bare.Enqueue(path => new MinimalQueue(path, options.Queue), tasks, callers, payload)));
        return Result.Of(Name, options.Pairs, medians[0], medians[1]) with { Minimal = medians[2].PerSecond };
    }
}

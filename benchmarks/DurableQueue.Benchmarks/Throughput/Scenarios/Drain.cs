namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>Checkout then complete, one task per call; the bare loop has as many tasks in a transaction as there are callers.</summary>
internal sealed class Drain(string name, int callers, int payloadBytes, int defaultTasks) : Scenario
{
    public override string Name => name;

    public override int DefaultTasks => defaultTasks;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        var task = Library.TaskOf(payloadBytes);
        if (!options.SyncCheckouts)
        {
            return await CompareWithSyncedAsync(options, tasks, task);
        }

        var payload = new byte[payloadBytes];
        var medians = await Pairs.MeasureAsync(
            options.Pairs,
            () => Library.DrainAsync(options.Queue, tasks, callers, task),
            () => Task.FromResult(Bare.Drain(path => new BareQueue(path, options.Queue), tasks, callers, payload)),
            () => Task.FromResult(Bare.Drain(path => new MinimalQueue(path, options.Queue), tasks, callers, payload)),
            () => Task.FromResult(Bare.Drain(path => new BareQueue(path, options.Queue, oneStatement: true), tasks, callers, payload)));
        return Result.Of(Name, options.Pairs, medians[0], medians[1]) with
        {
            Minimal = medians[2].PerSecond,
            Figures = new Dictionary<string, double> { ["one_statement"] = medians[3].PerSecond },
        };
    }

    private async Task<Result> CompareWithSyncedAsync(RunOptions options, int tasks, NewTask task)
    {
        var medians = await Pairs.MeasureAsync(
            options.Pairs,
            () => Library.DrainAsync(options.Queue, tasks, callers, task),
            () => Library.DrainAsync(options.Queue with { SyncCheckouts = true }, tasks, callers, task));
        return Result.Of(Name, options.Pairs, medians[0], medians[1]);
    }
}

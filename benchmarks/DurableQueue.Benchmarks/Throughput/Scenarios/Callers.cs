namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>Enqueue by 64 callers divided by enqueue by one: what sharing a sync gives, the more so the slower the disk.</summary>
internal sealed class Callers : Scenario
{
    public override string Name => "callers";

    public override int DefaultTasks => 20_000;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        var task = Library.TaskOf(payloadBytes: 100);
        var fromOne = Math.Max(1, tasks / 20);
        var medians = await Pairs.MeasureAsync(
            options.Pairs,
            () => Library.EnqueueAsync(options.Queue, tasks, Library.ManyCallers, task),
            () => Library.EnqueueAsync(options.Queue, fromOne, callers: 1, task),
            () => Library.DrainAsync(options.Queue, tasks, Library.ManyCallers, task),
            () => Library.DrainAsync(options.Queue, fromOne, callers: 1, task));
        return Result.Of(Name, options.Pairs, medians[0], medians[1]) with
        {
            Figures = new Dictionary<string, double>
            {
                ["drain_64"] = medians[2].PerSecond,
                ["drain_1"] = medians[3].PerSecond,
                ["drain_ratio"] = medians[2].PerSecond / medians[3].PerSecond,
            },
        };
    }
}

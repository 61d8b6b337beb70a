namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>64 callers on 1,000,000 ready tasks, divided by the same on 1,000.</summary>
internal sealed class Backlog : Scenario
{
    public const int Few = 1_000;

    public override string Name => "backlog";

    public override int DefaultTasks => 1_000_000;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        var drained = DrainedFile.PartOf(tasks);
        using var many = new DrainedFile(options, drained);
        using var few = new DrainedFile(options, drained);
        await many.PrepareAsync(queue => Library.FillAsync(queue, tasks, Library.TaskOf(payloadBytes: 100)));
        var medians = await Pairs.MeasureAsync(options.Pairs, many.ByLibraryAsync, () => few.ByLibraryAsync(Few), many.ByBareLoopAsync);
        return Result.Of(Name, options.Pairs, medians[0], medians[1]) with
        {
            Figures = new Dictionary<string, double> { ["bare_same_file"] = medians[2].PerSecond },
        };
    }
}

namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>64 callers on a file with 1,000,000 finished tasks, divided by the same without them.</summary>
internal sealed class Finished : Scenario
{
    public override string Name => "finished";

    public override int DefaultTasks => 1_000_000;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        var drained = DrainedFile.PartOf(tasks);
        using var with = new DrainedFile(options, drained);
        with.Finish(tasks);

        // The file without them would gather finished tasks of its own, so each measurement has a new one.
        var medians = await Pairs.MeasureAsync(
            options.Pairs,
            with.ByLibraryAsync,
            async () =>
            {
                using var without = new DrainedFile(options, drained);
                return await without.ByLibraryAsync();
            },
            with.ByBareLoopAsync);
        return Result.Of(Name, options.Pairs, medians[0], medians[1]) with
        {
            Figures = new Dictionary<string, double> { ["bare_same_file"] = medians[2].PerSecond },
        };
    }
}

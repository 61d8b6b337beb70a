namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>64 callers with 1,000,000 delayed tasks of a higher priority in front, divided by the same without them.</summary>
internal sealed class Future : Scenario
{
    public override string Name => "future";

    public override int DefaultTasks => 1_000_000;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        var drained = DrainedFile.PartOf(tasks);
        using var with = new DrainedFile(options, drained);
        using var without = new DrainedFile(options, drained);
        var delayed = Library.TaskOf(payloadBytes: 100) with { Priority = 10, Delay = TimeSpan.FromDays(1) };
        await with.PrepareAsync(queue => Library.FillAsync(queue, tasks, delayed));
        var medians = await Pairs.MeasureAsync(options.Pairs, with.ByLibraryAsync, without.ByLibraryAsync, with.ByBareLoopAsync);
        return Result.Of(Name, options.Pairs, medians[0], medians[1]) with
        {
            Figures = new Dictionary<string, double> { ["bare_same_file"] = medians[2].PerSecond },
        };
    }
}

using System.Diagnostics;

namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>Four processes that drain one file, with 64 callers each, divided by one process.</summary>
internal sealed class Processes : Scenario
{
    private const int Many = 4;

    public override string Name => "processes";

    public override int DefaultTasks => 500_000;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        var together = new List<DrainReport>();
        var shares = new List<double>();
        var medians = await Pairs.MeasureAsync(
            options.Pairs,
            async () =>
            {
                var (sample, reports) = await DrainAsync(options, tasks, Many);
                together.AddRange(reports);
                shares.Add((double)reports.Min(report => report.Tasks) / Math.Max(1, reports.Max(report => report.Tasks)));
                return sample;
            },
            async () => (await DrainAsync(options, tasks, 1)).Sample);
        return Result.Of(Name, options.Pairs, medians[0], medians[1]) with
        {
            Figures = new Dictionary<string, double>
            {
                ["slowest_by_fastest"] = Median.Of(shares),
                ["worst_call_ms"] = together.Max(report => report.WorstMs),
                ["errors"] = together.Sum(report => report.Errors),
            },
        };
    }

    private static async Task<(Sample Sample, List<DrainReport> Reports)> DrainAsync(RunOptions options, int tasks, int processes)
    {
        using var file = new TemporaryFile();
        await using (var queue = await SqliteTaskQueue.OpenAsync(file.Path, options.Queue))
        {
            await Library.FillAsync(queue, tasks, Library.TaskOf(payloadBytes: 100));
        }

        var children = new List<SelfProcess>();
        try
        {
            for (var child = 0; child < processes; child++)
            {
                children.Add(SelfProcess.Start(ChildPrograms.Drain, file.Path, options.Durability.ToString()));
            }

            foreach (var child in children)
            {
                await child.ReadAsync();
            }

            var clock = Stopwatch.StartNew();
            children.ForEach(child => child.Say("go"));
            var lines = await Task.WhenAll(children.Select(child => child.ReadAsync()));
            var sample = new Sample(tasks / clock.Elapsed.TotalSeconds);
            return (sample, [.. lines.Select(DrainReport.Parse)]);
        }
        finally
        {
            foreach (var child in children)
            {
                await child.DisposeAsync();
            }
        }
    }
}

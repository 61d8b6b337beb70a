using System.Globalization;

namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>Resident memory of a process that enqueued 1,000,000 tasks and drains a part of them.</summary>
internal sealed class Memory : Scenario
{
    public override string Name => "memory";

    public override int DefaultTasks => 1_000_000;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        using var file = new TemporaryFile();
        await using var child = SelfProcess.Start(
            ChildPrograms.Hold, file.Path, options.Durability.ToString(), tasks.ToString(CultureInfo.InvariantCulture));
        var megabytes = (await child.ReadAsync()).Split(' ').Select(bytes => long.Parse(bytes, CultureInfo.InvariantCulture) / 1e6).ToArray();
        return new Result
        {
            Scenario = Name,
            Pairs = 1,
            Figures = new Dictionary<string, double> { ["resident_mb"] = megabytes[0], ["peak_mb"] = megabytes[1] },
        };
    }
}

using DurableQueue.Benchmarks.Throughput.Scenarios;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>The runner of whole workloads: <see cref="RunOptions.Usage"/>.</summary>
internal static class ThroughputRun
{
    private static readonly IReadOnlyList<Scenario> All =
    [
        new Enqueue("enqueue-1", callers: 1, defaultTasks: 5_000),
        new EnqueueLists(),
        new Enqueue("enqueue-64", Library.ManyCallers, defaultTasks: 50_000),
        new Drain("drain-1", callers: 1, payloadBytes: 100, defaultTasks: 5_000),
        new Drain("drain-64", Library.ManyCallers, payloadBytes: 100, defaultTasks: 50_000),
        new HostedWorker(),
        new Pipeline(),
        new Backlog(),
        new Scenarios.Groups(),
        new Scenarios.Budgets(),
        new Future(),
        new Finished(),
        new Fanout(),
        new Scenarios.Processes(),
        new Latency(),
        new Drain("payload", Library.ManyCallers, payloadBytes: 8_192, defaultTasks: 10_000),
        new Callers(),
        new Memory(),
        new Wal(),
    ];

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var options = RunOptions.Parse(args);
        if (options.SyncDelayMs > 0 && !SyncDelay.IsActive)
        {
            return await SyncDelay.RunAgainAsync(options.SyncDelayMs, args);
        }

        var scenarios = All.Where(scenario => options.Scenario is null || scenario.Name == options.Scenario).ToList();
        if (scenarios.Count == 0)
        {
            throw new ArgumentException($"{options.Scenario} is none of {string.Join(", ", All.Select(scenario => scenario.Name))}.");
        }

        Console.WriteLine(
            $"{Environment.ProcessorCount} cores, Durability.{options.Durability}, {options.Pairs} pairs"
            + (SyncDelay.IsActive ? $", every sync {options.SyncDelayMs} ms longer" : ""));
        Report.PrintHeader();
        var results = new List<Result>();
        foreach (var scenario in scenarios)
        {
            results.Add(await scenario.RunAsync(options, options.Tasks ?? scenario.DefaultTasks));
            Report.PrintRow(results[^1]);
            if (options.JsonFile is { } file)
            {
                // After every row: a long run that is cut short leaves what it has measured.
                Report.Write(file, results);
            }
        }

        return 0;
    }
}

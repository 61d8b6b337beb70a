using System.Text.Json;
using Xunit;

namespace DurableQueue.Tests.Benchmarks;

/// <summary>The throughput runner, with very few tasks: that it runs and says what it should, never how fast.</summary>
[Collection(nameof(Processes.ProcessTest))]
public sealed class ThroughputTests : IDisposable
{
    private static readonly string[] Compared =
    [
        "enqueue-1", "enqueue-batch", "enqueue-64", "drain-1", "drain-64", "worker", "pipeline", "backlog", "groups", "budgets", "future", "finished",
        "processes", "payload", "callers",
    ];

    private static readonly string[] WithLatency = ["enqueue-1", "enqueue-64", "drain-1", "drain-64", "fanout", "latency", "payload"];

    private static readonly string[] WithAllocations =
        ["enqueue-1", "enqueue-batch", "enqueue-64", "drain-1", "drain-64", "worker", "pipeline", "payload"];

    private static readonly string[] WithMinimal = ["enqueue-1", "enqueue-batch", "enqueue-64", "drain-1", "drain-64", "worker", "pipeline", "payload"];

    /// <summary>What only one scenario measures, or compares with beside the baseline.</summary>
    private static readonly (string Scenario, string Figure)[] Further =
    [
        ("drain-64", "one_statement"), ("worker", "one_statement"), ("pipeline", "one_statement"),
        ("groups", "by_drain_64_of_1000"), ("fanout", "longest_wait_ms"),
        ("processes", "slowest_by_fastest"), ("processes", "worst_call_ms"), ("processes", "errors"),
        ("latency", "other_process_p50_ms"), ("latency", "other_process_p99_ms"), ("latency", "idle_worker_percent_of_a_core"),
        ("memory", "resident_mb"), ("wal", "longest_mb"),
    ];

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");

    [Fact]
    public async Task Throughput_EveryScenario_PrintsARowAndWritesItsFigures()
    {
        var (output, results) = await RunAsync("--tasks", "64", "--pairs", "1", "--durability", "normal");

        var rows = output.Split('\n').Select(line => line.Split(' ')[0]).ToHashSet();
        Assert.All(results.Keys, scenario => Assert.Contains(scenario, rows));
        Assert.All(Compared, scenario => Assert.All(["library", "baseline", "ratio"], figure => AssertPositive(results[scenario], figure)));
        Assert.All(WithLatency, scenario => Assert.All(["p50_ms", "p99_ms"], figure => AssertPositive(results[scenario], figure)));
        Assert.All(WithAllocations, scenario => AssertPositive(results[scenario], "bytes_per_task"));
        Assert.All(WithMinimal, scenario => Assert.All(["minimal", "by_minimal"], figure => AssertPositive(results[scenario], figure)));
        Assert.All(results.Values, result => AssertPositive(result, "pairs"));
        Assert.All(Further, further => Assert.True(results[further.Scenario].GetProperty("figures").GetProperty(further.Figure).GetDouble() >= 0));
        Assert.Equal(0, results["processes"].GetProperty("figures").GetProperty("errors").GetDouble());
    }

    [Fact]
    public async Task Throughput_SlowSync_MakesEverySyncWait()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/cc"))
        {
            return;
        }

        const double DelayMs = 20;
        var (_, results) = await RunAsync("--scenario", "enqueue-1", "--tasks", "5", "--pairs", "1", "--sync-delay-ms", "20");

        var result = Assert.Single(results).Value;
        Assert.True(result.GetProperty("p50_ms").GetDouble() >= DelayMs);
        Assert.True(result.GetProperty("baseline").GetDouble() <= 1_000 / DelayMs);
    }

    [Fact]
    public async Task Throughput_CheckoutsNotSynced_SavesASyncOfTwo()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/cc"))
        {
            return;
        }

        var (_, results) = await RunAsync("--scenario", "drain-1", "--tasks", "20", "--pairs", "1", "--sync-delay-ms", "20", "--sync-checkouts", "off");

        Assert.InRange(Assert.Single(results).Value.GetProperty("ratio").GetDouble(), 1.4, 3);
    }

    public void Dispose() => directory.Delete(recursive: true);

    private async Task<(string Output, Dictionary<string, JsonElement> Results)> RunAsync(params string[] arguments)
    {
        var json = Path.Combine(directory.FullName, "results.json");
        var output = await BenchmarkProgram.RunAsync(["throughput", .. arguments, "--json", json]);
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        return (output, document.RootElement.EnumerateArray().ToDictionary(result => result.GetProperty("scenario").GetString()!, result => result.Clone()));
    }

    private static void AssertPositive(JsonElement result, string figure) =>
        Assert.True(result.TryGetProperty(figure, out var value) && value.GetDouble() > 0, $"{figure} of {result}");
}

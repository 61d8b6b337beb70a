using System.Text.Json.Serialization;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>One row of the table. Rates are tasks per second.</summary>
internal sealed record Result
{
    [JsonPropertyName("scenario")]
    public required string Scenario { get; init; }

    [JsonPropertyName("library")]
    public double? Library { get; init; }

    [JsonPropertyName("baseline")]
    public double? Baseline { get; init; }

    [JsonPropertyName("ratio")]
    public double? Ratio { get; init; }

    /// <summary>The rate of the minimal queue in the same run, where it is one of the sides.</summary>
    [JsonPropertyName("minimal")]
    public double? Minimal { get; init; }

    [JsonPropertyName("by_minimal")]
    public double? ByMinimal => Library / Minimal;

    [JsonPropertyName("p50_ms")]
    public double? P50Ms { get; init; }

    [JsonPropertyName("p99_ms")]
    public double? P99Ms { get; init; }

    [JsonPropertyName("bytes_per_task")]
    public double? BytesPerTask { get; init; }

    [JsonPropertyName("pairs")]
    public int Pairs { get; init; }

    /// <summary>What only this scenario measures, and the further baselines (tasks per second).</summary>
    [JsonPropertyName("figures")]
    public IReadOnlyDictionary<string, double>? Figures { get; init; }

    public static Result Of(string scenario, int pairs, Sample library, Sample baseline) => new()
    {
        Scenario = scenario,
        Library = library.PerSecond,
        Baseline = baseline.PerSecond,
        Ratio = library.PerSecond / baseline.PerSecond,
        P50Ms = library.P50Ms,
        P99Ms = library.P99Ms,
        BytesPerTask = library.BytesPerTask,
        Pairs = pairs,
    };
}

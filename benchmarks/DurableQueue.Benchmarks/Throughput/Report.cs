using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>Results for people, and for programs.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static void PrintHeader() =>
        Console.WriteLine($"{"scenario",-14}{"library/s",12}{"baseline/s",12}{"ratio",8}{"minimal/s",12}{"÷ minimal",11}{"p50 ms",10}{"p99 ms",10}{"B/task",9}{"pairs",7}  further");

    public static void PrintRow(Result result)
    {
        var further = result.Figures is { } figures ? string.Join(", ", figures.Select(f => $"{f.Key} {Format(f.Value, f.Value >= 100 ? "N0" : "0.##")}")) : "";
        Console.WriteLine(
            $"{result.Scenario,-14}{Format(result.Library, "N0"),12}{Format(result.Baseline, "N0"),12}{Format(result.Ratio, "F2"),8}"
            + $"{Format(result.Minimal, "N0"),12}{Format(result.ByMinimal, "F2"),11}"
            + $"{Format(result.P50Ms, "F3"),10}{Format(result.P99Ms, "F3"),10}{Format(result.BytesPerTask, "N0"),9}{result.Pairs,7}  {further}");
    }

    public static void Write(string file, IReadOnlyList<Result> results) => File.WriteAllText(file, JsonSerializer.Serialize(results, Json));

    private static string Format(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}

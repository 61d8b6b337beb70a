using System.Text.Json;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>What a draining process has to tell at its end.</summary>
internal sealed record DrainReport(int Tasks, double WorstMs, int Errors)
{
    public static DrainReport Parse(string line) => JsonSerializer.Deserialize<DrainReport>(line)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}

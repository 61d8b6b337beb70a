using System.Text.Json.Serialization;

namespace DurableQueue.Benchmarks.StatementCost;

/// <summary>What one task costs in one phase.</summary>
internal sealed record PhaseCost
{
    [JsonPropertyName("side")]
    public required string Side { get; init; }

    [JsonPropertyName("phase")]
    public required string Phase { get; init; }

    [JsonPropertyName("vm_steps")]
    public required double Steps { get; init; }

    /// <summary>Pages asked for, in the cache or not: each step down a tree is one.</summary>
    [JsonPropertyName("pages_read")]
    public required double PagesRead { get; init; }

    [JsonPropertyName("pages_written")]
    public required double PagesWritten { get; init; }

    public static PhaseCost Of(string side, string phase, EngineCounters counted, int tasks) => new()
    {
        Side = side,
        Phase = phase,
        Steps = Math.Round((double)counted.Steps / tasks, 2),
        PagesRead = Math.Round((double)counted.PagesRead / tasks, 3),
        PagesWritten = Math.Round((double)counted.PagesWritten / tasks, 4),
    };
}

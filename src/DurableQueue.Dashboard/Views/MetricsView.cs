namespace DurableQueue.Dashboard.Views;

/// <summary>Series of equal length, a value for each step; <see langword="null"/> where there is none.</summary>
internal sealed record MetricsView
{
    /// <summary>Since when there is data, as it is kept in memory; <see langword="null"/> before the first sample.</summary>
    public string? Since { get; init; }

    /// <summary>The end of the first step.</summary>
    public string? From { get; init; }

    public required long StepMs { get; init; }

    public required IReadOnlyDictionary<string, IReadOnlyList<double?>> Series { get; init; }
}

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>One measurement of one side.</summary>
internal sealed record Sample(double PerSecond)
{
    public double? P50Ms { get; init; }

    public double? P99Ms { get; init; }

    public double? BytesPerTask { get; init; }

    /// <summary>The medians, each over the samples that have the figure.</summary>
    public static Sample MedianOf(IReadOnlyCollection<Sample> samples) => new(Median.Of([.. samples.Select(sample => sample.PerSecond)]))
    {
        P50Ms = Of(sample => sample.P50Ms, samples),
        P99Ms = Of(sample => sample.P99Ms, samples),
        BytesPerTask = Of(sample => sample.BytesPerTask, samples),
    };

    private static double? Of(Func<Sample, double?> figure, IEnumerable<Sample> samples)
    {
        var values = samples.Select(figure).OfType<double>().ToList();
        return values.Count == 0 ? null : Median.Of(values);
    }
}

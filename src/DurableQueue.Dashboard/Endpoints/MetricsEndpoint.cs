using DurableQueue.Dashboard.Queues;
using DurableQueue.Dashboard.Views;

namespace DurableQueue.Dashboard.Endpoints;

internal static class MetricsEndpoint
{
    private const int Steps = 90;

    public static readonly IReadOnlyList<ApiEndpoint> All = [ApiEndpoint.Get("metrics", DashboardPermission.View, MetricsAsync)];

    private static readonly (string Name, Func<IReadOnlyList<MetricSample>, double?> Value)[] Series =
    [
        ("succeeded", samples => samples.Average(sample => sample.Succeeded)),
        ("failed", samples => samples.Average(sample => sample.Failed)),
        ("cancelled", samples => samples.Average(sample => sample.Cancelled)),
        ("enqueued", samples => samples.Average(sample => sample.Enqueued)),
        ("queued", samples => samples[^1].Queued),
        ("running", samples => samples[^1].Running),
        .. OfPercentiles("wait", sample => sample.Wait),
        .. OfPercentiles("run", sample => sample.Run),
    ];

    private static async Task MetricsAsync(ApiCall call)
    {
        var range = call.Query("range") switch
        {
            null or "15m" => TimeSpan.FromMinutes(15),
            "1h" => TimeSpan.FromHours(1),
            "6h" => TimeSpan.FromHours(6),
            "24h" => TimeSpan.FromHours(24),
            var other => throw ApiProblemException.BadInput("range", $"range is '{other}', but must be 15m, 1h, 6h or 24h."),
        };
        await call.AnswerAsync(Draw(call.Source.Metrics.Samples, call.Source.Time.GetUtcNow(), range), ViewJson.Default.MetricsView).ConfigureAwait(false);
    }

    private static MetricsView Draw(IReadOnlyList<MetricSample> samples, DateTimeOffset now, TimeSpan range)
    {
        var step = range / Steps;
        var start = now - range;
        var bySteps = samples.Where(sample => sample.At > start).ToLookup(sample => (int)Math.Min(Steps - 1, (sample.At - start) / step));
        return new MetricsView
        {
            Since = samples.Count == 0 ? null : Text.Time(samples[0].At),
            From = Text.Time(start + step),
            StepMs = (long)step.TotalMilliseconds,
            Series = Series.ToDictionary(
                series => series.Name,
                series => (IReadOnlyList<double?>)[.. Enumerable.Range(0, Steps).Select(number => bySteps[number].ToArray() is { Length: > 0 } some ? series.Value(some) : null)]),
        };
    }

    /// <summary>Percentiles cannot be averaged; the worst of a step is shown.</summary>
    private static IEnumerable<(string Name, Func<IReadOnlyList<MetricSample>, double?> Value)> OfPercentiles(string name, Func<MetricSample, Percentiles?> read) =>
    [
        ($"{name}P50", samples => samples.Max(sample => read(sample)?.P50)),
        ($"{name}P95", samples => samples.Max(sample => read(sample)?.P95)),
        ($"{name}P99", samples => samples.Max(sample => read(sample)?.P99)),
    ];
}

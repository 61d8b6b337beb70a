namespace DurableQueue.Dashboard.Queues;

/// <summary>What a queue was like at one moment, and what happened since the sample before.</summary>
internal readonly record struct MetricSample
{
    public required DateTimeOffset At { get; init; }

    public required long Queued { get; init; }

    public required long Running { get; init; }

    /// <summary>Per second.</summary>
    public required double Succeeded { get; init; }

    public required double Failed { get; init; }

    public required double Cancelled { get; init; }

    public required double Enqueued { get; init; }

    /// <summary>From the enqueue, or the end of the delay, to the latest start; of those that finished.</summary>
    public Percentiles? Wait { get; init; }

    /// <summary>From the latest start to the finish.</summary>
    public Percentiles? Run { get; init; }
}

/// <summary>In milliseconds.</summary>
internal readonly record struct Percentiles(double P50, double P95, double P99)
{
    public static Percentiles? Of(IEnumerable<TimeSpan> durations)
    {
        var sorted = durations.Select(duration => Math.Max(0, duration.TotalMilliseconds)).Order().ToArray();
        return sorted.Length == 0 ? null : new Percentiles(At(sorted, 0.5), At(sorted, 0.95), At(sorted, 0.99));
    }

    /// <summary>The nearest rank.</summary>
    private static double At(double[] sorted, double fraction) => sorted[Math.Max(0, (int)Math.Ceiling(fraction * sorted.Length) - 1)];
}

using System.Diagnostics;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>How long calls took; room for all is made before, so that recording allocates nothing.</summary>
internal sealed class Latencies(int capacity)
{
    private readonly long[] ticks = new long[capacity];
    private int count;

    public double WorstMs => Percentile(1);

    public double P50Ms => Percentile(0.5);

    public double P99Ms => Percentile(0.99);

    /// <param name="start">From <see cref="Stopwatch.GetTimestamp"/>.</param>
    public void AddSince(long start) => AddTicks(Stopwatch.GetTimestamp() - start);

    public void AddTicks(long elapsed)
    {
        // More calls than there is room for are the same calls again: the first ones stand for them.
        var index = Interlocked.Increment(ref count) - 1;
        if (index < ticks.Length)
        {
            ticks[index] = elapsed;
        }
    }

    private double Percentile(double share)
    {
        var recorded = Math.Min(count, ticks.Length);
        if (recorded == 0)
        {
            return 0;
        }

        var sorted = ticks.AsSpan(0, recorded).ToArray();
        Array.Sort(sorted);
        return sorted[Math.Min(recorded - 1, (int)(recorded * share))] * 1_000.0 / Stopwatch.Frequency;
    }
}

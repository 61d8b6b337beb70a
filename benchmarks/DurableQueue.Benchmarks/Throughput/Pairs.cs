namespace DurableQueue.Benchmarks.Throughput;

/// <summary>Runs the sides of a comparison in turn, A B A B, so that a change of the machine's mood meets all of them.</summary>
internal static class Pairs
{
    /// <summary>The medians of the sides, in their order. A first round of all sides is not counted: it pays for compilation.</summary>
    public static async Task<Sample[]> MeasureAsync(int pairs, params Func<Task<Sample>>[] sides)
    {
        var samples = sides.Select(_ => new List<Sample>()).ToArray();
        for (var round = -1; round < pairs; round++)
        {
            for (var side = 0; side < sides.Length; side++)
            {
                // What one side left behind is not collected in the other's time.
                GC.Collect();
                GC.WaitForPendingFinalizers();
                var sample = await Task.Run(sides[side]);
                if (round >= 0)
                {
                    samples[side].Add(sample);
                }
            }
        }

        return [.. samples.Select(Sample.MedianOf)];
    }
}

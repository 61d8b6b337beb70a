namespace DurableQueue.Lifecycle;

/// <summary>The wait before the next attempt.</summary>
internal static class Backoff
{
    /// <summary>Milliseconds to wait after the given number of failed attempts.</summary>
    /// <remarks>The spread comes from the task and its attempt, not from a random source: the same after a crash, and different for each task.</remarks>
    public static long DelayMs(RetryPolicy policy, TaskId id, int failures)
    {
        var grown = policy.InitialDelay.TotalMilliseconds * Math.Pow(policy.Factor, Math.Max(0, failures - 1));
        var capped = Math.Min(grown, policy.MaxDelay.TotalMilliseconds);
        var spread = 1 + (policy.Jitter * ((2 * Fraction(id.Value, failures)) - 1));
        return (long)Math.Round(capped * spread);
    }

    /// <summary>A number from 0 to 1, evenly spread over ids and attempts (the finaliser of SplitMix64).</summary>
    private static double Fraction(long id, int failures)
    {
        unchecked
        {
            var x = ((ulong)id * 0x9E3779B97F4A7C15UL) + ((ulong)failures * 0xBF58476D1CE4E5B9UL);
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
            x ^= x >> 31;
            return (x >> 11) * (1.0 / (1UL << 53));
        }
    }
}

namespace DurableQueue.Schedules;

/// <summary>Derives the jitter of an occurrence from the name of the schedule and the time, without a random source, so that all processes agree.</summary>
internal static class Spread
{
    /// <summary>Returns a number from 0 to less than 1, evenly distributed (FNV-1a over both, then the finalizer of SplitMix64).</summary>
    public static double Fraction(string name, long occurrenceMs)
    {
        unchecked
        {
            var x = 0xCBF29CE484222325UL;
            foreach (var character in name)
            {
                x = (x ^ character) * 0x100000001B3UL;
            }

            x ^= (ulong)occurrenceMs * 0x9E3779B97F4A7C15UL;
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
            x ^= x >> 31;
            return (x >> 11) * (1.0 / (1UL << 53));
        }
    }
}

namespace DurableQueue.Dashboard.Inputs;

internal static class Duration
{
    /// <summary>Longer than anything that a queue accepts, and short enough for every sum of it.</summary>
    private const long Longest = 400L * 366 * 24 * 60 * 60 * 1_000;

    /// <exception cref="InputException">It is negative or too long.</exception>
    public static TimeSpan Read(string field, long milliseconds) =>
        milliseconds is >= 0 and <= Longest
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new InputException(field, $"{field} is {milliseconds} ms, but must be from 0 to {Longest} ms.");
}

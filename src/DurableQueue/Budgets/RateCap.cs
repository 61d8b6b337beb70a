namespace DurableQueue;

/// <summary>Limits how many tasks start within any window of the given length, across all threads and processes. The limit is never exceeded.</summary>
/// <param name="Starts">The maximum number of starts. 0 means no cap.</param>
/// <param name="Window">The length of the window, 1 ms to 366 days. A start stops counting exactly this long after it.</param>
public sealed record RateCap(int Starts, TimeSpan Window);

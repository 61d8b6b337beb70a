namespace DurableQueue;

/// <summary>At most so many starts within any window of this length, over all threads and processes: never one more.</summary>
/// <param name="Starts">0 means no cap.</param>
/// <param name="Window">1 ms to 366 days. A start leaves the window when exactly this long has passed.</param>
public sealed record RateCap(int Starts, TimeSpan Window);

namespace DurableQueue;

/// <summary>How much of the queue a query may search for one page: both bounds apply.</summary>
public sealed record ReadLimit
{
    /// <summary>The most tasks to look at, 1 to 1,000,000. The default is 50,000.</summary>
    public int MaxRows { get; init; } = 50_000;

    /// <summary>
    /// The longest time to search, by the queue's clock, from 1 ms to 1 minute. The default is 100 ms. To wait for a free reader, and to read the tasks of
    /// the page, takes additional time.
    /// </summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMilliseconds(100);
}

namespace DurableQueue.Sqlite;

/// <summary>How a queue notices the commits of others.</summary>
internal sealed record CommitPolling
{
    /// <summary>Between two reads while others commit, and right after.</summary>
    public TimeSpan Shortest { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Between two reads while nobody commits.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The same if the kernel reported the latest commit: polling is then only the backstop.</summary>
    public TimeSpan LongestWhenTold { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether to ask the kernel for notifications of writes to the log.</summary>
    public bool ListensToLog { get; init; } = true;
}

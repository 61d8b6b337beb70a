namespace DurableQueue;

/// <summary>Where following a log begins.</summary>
public sealed record TaskLogFollowOptions
{
    /// <summary>The first attempt; <see langword="null"/> (default) means the current one.</summary>
    public int? Attempt { get; init; }

    /// <summary>How many of the existing lines of each stream to begin with; <see langword="null"/> (default) means all.</summary>
    public int? LastLines { get; init; }
}

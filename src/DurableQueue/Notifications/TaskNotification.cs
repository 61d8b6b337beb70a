namespace DurableQueue;

/// <summary>A stored notification.</summary>
/// <param name="Number">The number, rising without gaps in commit order.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Text">The text for people.</param>
/// <param name="RaisedAt">When it was published.</param>
public sealed record TaskNotification(long Number, string Topic, string Text, DateTimeOffset RaisedAt)
{
    /// <summary>The task that the notification is about; <see langword="null"/> if none.</summary>
    public TaskId? TaskId { get; init; }

    /// <summary>The name for programs; <see langword="null"/> if none was given.</summary>
    public string? Name { get; init; }
}

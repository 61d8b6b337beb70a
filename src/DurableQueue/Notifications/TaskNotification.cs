namespace DurableQueue;

/// <summary>A notification as it is kept.</summary>
/// <param name="Number">Rising without gaps, in commit order.</param>
/// <param name="Topic">What it is about.</param>
/// <param name="Text">For people.</param>
/// <param name="RaisedAt">When it was stored.</param>
public sealed record TaskNotification(long Number, string Topic, string Text, DateTimeOffset RaisedAt)
{
    /// <summary>The task it concerns; <see langword="null"/> if none.</summary>
    public TaskId? TaskId { get; init; }

    /// <summary>A name of what was seen; <see langword="null"/> if none was given.</summary>
    public string? Name { get; init; }
}

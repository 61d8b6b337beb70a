namespace DurableQueue;

/// <summary>A stored notification.</summary>
/// <param name="Number">The number, rising in commit order. Notifications that became void leave gaps.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Text">The text for people.</param>
/// <param name="RaisedAt">When it was published.</param>
public sealed record TaskNotification(long Number, string Topic, string Text, DateTimeOffset RaisedAt)
{
    /// <summary>The task that the notification is about; <see langword="null"/> if none.</summary>
    public TaskId? TaskId { get; init; }

    /// <summary>The name for programs; <see langword="null"/> if none was given.</summary>
    public string? Name { get; init; }

    /// <summary>The group of the task when it was published; <see langword="null"/> without a task, and if the task didn't exist.</summary>
    public string? Group { get; init; }

    /// <summary>The label of the task when it was published; <see langword="null"/> if none.</summary>
    public string? Label { get; init; }

    /// <summary>The data for programs; <see langword="null"/> if none was given.</summary>
    public string? Data { get; init; }

    /// <summary>It becomes void with its task.</summary>
    internal bool IsVoidable { get; init; }
}

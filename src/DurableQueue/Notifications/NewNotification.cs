namespace DurableQueue;

/// <summary>A notification to publish.</summary>
/// <param name="Topic">The topic, such as <c>output</c> or <c>exit</c>: 1 to 128 characters of <c>[A-Za-z0-9._:/-]</c>.</param>
/// <param name="Text">A text for people, truncated to 4,096 characters.</param>
public sealed record NewNotification(string Topic, string Text)
{
    /// <summary>The task that the notification is about; <see langword="null"/>, the default, means none.</summary>
    public TaskId? TaskId { get; init; }

    /// <summary>
    /// A name for programs, such as the name of the pattern that matched; at most 512 characters. <see langword="null"/>, the default, means none.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>
    /// A key for deduplication, at most 512 characters: notifications with the same key are stored once. <see langword="null"/>, the default, means
    /// no deduplication.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>Data for programs, such as JSON; at most 65,536 characters. <see langword="null"/>, the default, means none.</summary>
    public string? Data { get; init; }

    /// <summary>
    /// Whether the notification is void once its task is cancelled or killed (at the request), removed or pruned: subscribers that have not got it
    /// yet never get it, also if it is raised later. The default is <see langword="false"/>. Has no effect without a <see cref="TaskId"/>.
    /// </summary>
    public bool VoidWithTask { get; init; }
}

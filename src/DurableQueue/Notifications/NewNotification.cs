namespace DurableQueue;

/// <summary>A notification to be raised.</summary>
/// <param name="Topic">What it is about, such as <c>output</c> or <c>exit</c>; as a task type, 1 to 128 characters of <c>[A-Za-z0-9._:/-]</c>.</param>
/// <param name="Text">For people; cut at 4,096 characters.</param>
public sealed record NewNotification(string Topic, string Text)
{
    /// <summary>The task it concerns; <see langword="null"/> (default) if none.</summary>
    public TaskId? TaskId { get; init; }

    /// <summary>For programs: a name of what was seen, such as that of a pattern; at most 512 characters. Default none.</summary>
    public string? Name { get; init; }

    /// <summary>Raised again with the same key, it is stored once; at most 512 characters. Default none: always stored.</summary>
    public string? Key { get; init; }
}

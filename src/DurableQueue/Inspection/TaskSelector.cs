namespace DurableQueue;

/// <summary>Selects tasks by id, label or group.</summary>
public sealed record TaskSelector
{
    private TaskSelector()
    {
    }

    /// <summary>Selects all tasks of the queue.</summary>
    public static TaskSelector All { get; } = new();

    internal IReadOnlyList<TaskId>? Ids { get; private init; }

    internal string? Label { get; private init; }

    internal string? LabelPrefix { get; private init; }

    internal string? Group { get; private init; }

    /// <summary>Whether the task matches. Not for selectors by id.</summary>
    internal bool Matches(string group, string? label) =>
        (Group is null || group == Group)
        && (Label is null || label == Label)
        && (LabelPrefix is null || (label?.StartsWith(LabelPrefix, StringComparison.Ordinal) ?? false));

    /// <summary>Selects tasks by id, at most 100,000. Duplicate ids count once.</summary>
    public static TaskSelector ByIds(params IReadOnlyList<TaskId> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return new TaskSelector { Ids = ids };
    }

    /// <summary>Selects all tasks with exactly this label.</summary>
    public static TaskSelector ByLabel(string label)
    {
        ArgumentException.ThrowIfNullOrEmpty(label);
        return new TaskSelector { Label = label };
    }

    /// <summary>Selects all tasks whose label starts with this text.</summary>
    public static TaskSelector ByLabelPrefix(string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        return new TaskSelector { LabelPrefix = prefix };
    }

    /// <summary>Selects all tasks of a group.</summary>
    public static TaskSelector ByGroup(string group)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        return new TaskSelector { Group = group };
    }

    /// <summary>Selects one task.</summary>
    public static implicit operator TaskSelector(TaskId id) => FromTaskId(id);

    /// <summary>Selects tasks by id.</summary>
    public static implicit operator TaskSelector(TaskId[] ids) => ByIds(ids);

    /// <summary>Selects one task.</summary>
    public static TaskSelector FromTaskId(TaskId id) => ByIds(id);
}

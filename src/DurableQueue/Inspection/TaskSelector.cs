namespace DurableQueue;

/// <summary>Names tasks: by id, or all that carry a label or are in a group.</summary>
public sealed record TaskSelector
{
    private TaskSelector()
    {
    }

    /// <summary>Every task of the queue.</summary>
    public static TaskSelector All { get; } = new();

    internal IReadOnlyList<TaskId>? Ids { get; private init; }

    internal string? Label { get; private init; }

    internal string? LabelPrefix { get; private init; }

    internal string? Group { get; private init; }

    /// <summary>Exactly these tasks; at most 100,000. Equal ids count once.</summary>
    public static TaskSelector ByIds(params IReadOnlyList<TaskId> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return new TaskSelector { Ids = ids };
    }

    /// <summary>All tasks with exactly this label.</summary>
    public static TaskSelector ByLabel(string label)
    {
        ArgumentException.ThrowIfNullOrEmpty(label);
        return new TaskSelector { Label = label };
    }

    /// <summary>All tasks whose label starts so.</summary>
    public static TaskSelector ByLabelPrefix(string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        return new TaskSelector { LabelPrefix = prefix };
    }

    /// <summary>All tasks of the group.</summary>
    public static TaskSelector ByGroup(string group)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        return new TaskSelector { Group = group };
    }

    /// <summary>Exactly this task.</summary>
    public static implicit operator TaskSelector(TaskId id) => FromTaskId(id);

    /// <summary>Exactly these tasks.</summary>
    public static implicit operator TaskSelector(TaskId[] ids) => ByIds(ids);

    /// <summary>Exactly this task.</summary>
    public static TaskSelector FromTaskId(TaskId id) => ByIds(id);
}

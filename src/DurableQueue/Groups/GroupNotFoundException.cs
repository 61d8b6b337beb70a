namespace DurableQueue;

/// <summary>There is no group of this name.</summary>
public sealed class GroupNotFoundException : DurableQueueException
{
    /// <summary>Names the missing group.</summary>
    public GroupNotFoundException(string group)
        : base($"There is no group '{group}'.") => Group = group;

    /// <summary>The missing group.</summary>
    public string Group { get; }
}

namespace DurableQueue;

/// <summary>Thrown when a group doesn't exist.</summary>
public sealed class GroupNotFoundException : DurableQueueException
{
    /// <summary>Creates an exception that names the missing group.</summary>
    public GroupNotFoundException(string group)
        : base($"The group '{group}' does not exist.") => Group = group;

    /// <summary>The name of the missing group.</summary>
    public string Group { get; }
}

namespace DurableQueue;

/// <summary>The group is in a state where the call makes no sense; nothing was changed.</summary>
public sealed class GroupStateException : DurableQueueException
{
    /// <summary>Names the group and says why.</summary>
    public GroupStateException(string group, string message)
        : base(message) => Group = group;

    /// <summary>The group.</summary>
    public string Group { get; }
}

namespace DurableQueue;

/// <summary>Thrown when the state of a group doesn't allow a call. Nothing has changed.</summary>
public sealed class GroupStateException : DurableQueueException
{
    /// <summary>Creates an exception with the group and a message.</summary>
    public GroupStateException(string group, string message)
        : base(message) => Group = group;

    /// <summary>The name of the group.</summary>
    public string Group { get; }
}

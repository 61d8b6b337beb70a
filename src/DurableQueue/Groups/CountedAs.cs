namespace DurableQueue.Groups;

/// <summary>Under which of a group's counters a task is counted.</summary>
internal enum CountedAs
{
    /// <summary>Under none: the task does not exist yet, is deleted, or belongs to another group.</summary>
    Nothing,

    /// <summary>Queued without a hold.</summary>
    Ready,

    /// <summary>Queued with the hold NotBefore, whatever else holds it.</summary>
    Scheduled,

    /// <summary>Queued with holds, and NotBefore is not among them.</summary>
    Held,

    /// <summary>Checked out, and in a slot of the group.</summary>
    Running,

    /// <summary>Checked out; its slot is given back while its handler waits.</summary>
    Waiting,

    Done,

    Failed,

    Cancelled,
}

namespace DurableQueue.Groups;

/// <summary>What a task is to the counters of its group, apart from its holds.</summary>
internal enum CountedPlace
{
    Nothing,
    Queued,
    Running,
    Waiting,
    Done,
    Failed,
    Cancelled,
}

namespace DurableQueue;

/// <summary>The fields of conditions and orders in a <see cref="TaskFilter"/>, in the terms of the language.</summary>
internal enum TaskFilterField
{
    Id,
    Status,
    Group,
    Label,
    Type,
    Command,
    Priority,
    Attempt,
    After,
    Enqueued,
    Started,
    Ended,
    Duration,
}

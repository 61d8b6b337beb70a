namespace DurableQueue;

/// <summary>What a condition or an order of a <see cref="TaskFilter"/> is about. The names are those of the language.</summary>
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

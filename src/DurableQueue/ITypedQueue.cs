namespace DurableQueue;

/// <summary>A queue that knows its registered handlers, such as the one that a host provides.</summary>
internal interface ITypedQueue : ITaskTypes
{
    /// <summary>The queue that is wrapped.</summary>
    ITaskQueue Store { get; }
}

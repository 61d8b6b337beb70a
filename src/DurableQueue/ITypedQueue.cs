namespace DurableQueue;

/// <summary>A queue that knows the handlers registered for it, as the one a host gives out does.</summary>
internal interface ITypedQueue : ITaskTypes
{
    /// <summary>The queue behind it.</summary>
    ITaskQueue Store { get; }
}

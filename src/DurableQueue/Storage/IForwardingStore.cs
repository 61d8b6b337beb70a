namespace DurableQueue.Storage;

/// <summary>A store that hands on to another one, as that of a test kit does.</summary>
internal interface IForwardingStore
{
    /// <summary>The one behind it.</summary>
    ITaskQueue Store { get; }
}

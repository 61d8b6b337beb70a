using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>What a host adds to a queue that it opens.</summary>
/// <param name="Types">What its handlers tell; <see langword="null"/>: no handlers are known.</param>
/// <param name="Decorate">Puts a store before the real one; <see langword="null"/>: none.</param>
internal sealed record QueueWiring(ITaskTypes? Types = null, Func<ITaskStore, ITaskStore>? Decorate = null)
{
    /// <summary>Without a host.</summary>
    public static readonly QueueWiring None = new();

    public ITaskStore Apply(ITaskStore store) => Decorate?.Invoke(store) ?? store;
}

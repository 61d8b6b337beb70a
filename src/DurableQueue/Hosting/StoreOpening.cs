using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Hosting;

/// <summary>What a store is opened with.</summary>
/// <param name="Services">Those of the host.</param>
/// <param name="Types">What its handlers tell.</param>
internal sealed record StoreOpening(IServiceProvider Services, ITaskTypes Types)
{
    /// <param name="decorate">Puts a store before the real one; <see langword="null"/>: none.</param>
    public QueueWiring Wiring(Func<ITaskStore, ITaskStore>? decorate = null) => new(Types, decorate);
}

using System.Data.Common;

namespace DurableQueue.Conformance;

/// <summary>Makes one fresh store for one test, and owns its clock.</summary>
public interface IStoreFixture : IAsyncDisposable
{
    ManualTimeProvider Time { get; }

    /// <summary>Opens a queue on the store, on <see cref="Time"/>, without background sweeps. The caller disposes it.</summary>
    ValueTask<ITaskQueue> OpenAsync();

    /// <summary>Opens a connection of an application to the same store, by the store's own provider. The caller disposes it.</summary>
    ValueTask<DbConnection> ConnectAsync();
}

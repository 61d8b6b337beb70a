namespace DurableQueue.Conformance;

/// <summary>Makes one fresh store for one test, and owns its clock.</summary>
public interface IStoreFixture : IAsyncDisposable
{
    ManualTimeProvider Time { get; }

    /// <summary>Opens a queue on the store, on <see cref="Time"/>, without background sweeps. The caller disposes it.</summary>
    ValueTask<ITaskQueue> OpenAsync();
}

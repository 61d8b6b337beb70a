using DurableQueue.Storage;

namespace DurableQueue.Worker;

/// <summary>What the attempts of a worker have in common: one object for all of them, because there is an attempt for each task.</summary>
/// <param name="Time">The worker's clock.</param>
/// <param name="Dispatcher">Runs what must not depend on the thread pool.</param>
/// <param name="Grace">How long a handler that was asked to stop may take to return.</param>
internal sealed record AttemptSettings(TimeProvider Time, Dispatcher Dispatcher, TimeSpan Grace)
{
    /// <summary>The work outlives this process: a shutdown does not wait for it.</summary>
    public bool AreAdopted { get; init; }

    /// <summary>Runs the handler and settles the attempt.</summary>
    public Action<Attempt>? OnRun { get; init; }

    /// <summary>Called when a handler has not returned within its grace time. May be called more than once, and after the handler has returned.</summary>
    public Action<Attempt>? OnGraceOver { get; init; }
}

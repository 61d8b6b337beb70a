namespace DurableQueue.Storage;

/// <summary>How a store tells a worker in the same process that there may be work, or that work should stop.</summary>
internal interface IWorkSignals
{
    /// <summary>Rises whenever a task may have become ready. Read it before a checkout that might find nothing.</summary>
    long ReadyVersion { get; }

    /// <summary>
    /// Raised, after the commit, for each running task whose cancellation was requested: at once if in this process, within one wake interval
    /// if in another. May be raised several times for one request. Handlers must not block.
    /// </summary>
    event Action<TaskId>? CancelRequested;

    /// <summary>
    /// Completes when <see cref="ReadyVersion"/> is above <paramref name="seen"/>: a commit here or in another process, a delay that ends,
    /// a lease that expires. May complete without cause; never misses one.
    /// </summary>
    Task WaitForReadyAsync(long seen, CancellationToken cancellationToken);

    /// <summary>The same, and what was checked out meanwhile by <paramref name="waiting"/>. The token works until it is taken.</summary>
    /// <returns>Tasks in as many of the slots that were taken; none if it only was time to look.</returns>
    async ValueTask<IReadOnlyList<LeasedTask>> WaitForTasksAsync(long seen, WaitingWorker waiting, CancellationToken cancellationToken)
    {
        await WaitForReadyAsync(seen, cancellationToken).ConfigureAwait(false);
        return [];
    }
}

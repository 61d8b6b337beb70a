using DurableQueue.Storage;
using Microsoft.Extensions.Logging;
using Polly;

namespace DurableQueue.Worker;

/// <summary>What the parts of one worker share.</summary>
internal sealed record WorkerServices
{
    /// <summary>The worker's name.</summary>
    public required string Name { get; init; }

    public required TaskQueue Queue { get; init; }

    /// <summary>The registered handlers and their payload types.</summary>
    public required ITaskTypes Types { get; init; }

    public required RunningAttempts Running { get; init; }

    public required WorkerSlots Slots { get; init; }

    public required ProgressWriter Progress { get; init; }

    /// <summary>Runs what must not depend on the thread pool.</summary>
    public required Dispatcher Dispatcher { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>Cancelled when the worker takes no more tasks: what a waiting attempt waits for may never start.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>Retries an operation while the store has trouble.</summary>
    /// <param name="what">The operation, for the log.</param>
    /// <param name="isTrouble">The errors that may pass.</param>
    public ResiliencePipeline CreateRetry(string what, Func<Exception, bool> isTrouble) => StorageRetry.Create(what, Name, isTrouble, Time, Log);
}

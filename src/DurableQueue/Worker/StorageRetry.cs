using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace DurableQueue.Worker;

/// <summary>
/// Retries an operation while the store has trouble, until it succeeds or is cancelled. Lost files are not retried: they stay lost.
/// </summary>
internal static class StorageRetry
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(15);

    /// <param name="what">The operation, for the log.</param>
    /// <param name="worker">The worker's name, for the log.</param>
    /// <param name="isTrouble">The errors that may pass.</param>
    /// <param name="time">The clock of the delays.</param>
    /// <param name="log">Gets a warning for every failed try.</param>
    public static ResiliencePipeline Create(string what, string worker, Func<Exception, bool> isTrouble, TimeProvider time, ILogger log) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(error => isTrouble(error) && !IsFinal(error)),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = FirstDelay,
                MaxDelay = LongestDelay,
                MaxRetryAttempts = int.MaxValue,
                OnRetry = retry =>
                {
                    log.StorageTrouble(what, worker, retry.RetryDelay, retry.Outcome.Exception);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();

    /// <summary>The files of the queue are gone.</summary>
    public static bool IsFinal(Exception error) => error is QueueStorageException { Error: QueueStorageError.Lost };
}

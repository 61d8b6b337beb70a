using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace DurableQueue.Worker;

/// <summary>
/// Outlasts trouble with the store: tries again until it works or the token says that there is no time left. Files that were lost stay lost: that is no trouble
/// to outlast.
/// </summary>
internal static class StorageRetry
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(15);

    /// <param name="what">What is being done, for the log.</param>
    /// <param name="worker">The worker's name, for the log.</param>
    /// <param name="isTrouble">Which errors may pass by themselves.</param>
    /// <param name="time">The clock of the waits.</param>
    /// <param name="log">Told of every failed try.</param>
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

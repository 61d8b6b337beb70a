using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Polly;
using Polly.Retry;

namespace DurableQueue.Sqlite;

/// <summary>
/// Tries again, after short and jittered waits, while something is in the way for a moment: SQLite recovering the log after a crash, a
/// first probe of a new file, a writer that does not know the file lock. The driver does not do it for these, and would sleep 150 ms.
/// </summary>
internal static class BusyRetry
{
    public static async ValueTask<T> RunAsync<T>(Func<T> attempt, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return attempt();
        }
        catch (Exception e) when (IsBusy(e))
        {
            // Only now is a pipeline worth its making.
        }

        var started = Stopwatch.GetTimestamp();
        var retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = arguments => ValueTask.FromResult(IsBusy(arguments.Outcome.Exception) && Stopwatch.GetElapsedTime(started) < timeout),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(1),
                MaxDelay = TimeSpan.FromMilliseconds(20),
                UseJitter = true,
            })
            .Build();
        return await retry.ExecuteAsync(_ => ValueTask.FromResult(attempt()), cancellationToken).ConfigureAwait(false);
    }

    private static bool IsBusy(Exception? e) =>
        e is QueueStorageException { Error: QueueStorageError.Busy } || (e is SqliteException error && SqliteErrors.IsBusy(error.SqliteErrorCode));
}

using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Workers;

/// <summary>While somebody waits for tasks: notices that no worker is there, and that none comes.</summary>
internal static class WorkerWatch
{
    /// <summary>A worker that is being started, or started anew, has registered by then.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>Ends with the wait, or with an error if the tasks need a worker and none has been there for some seconds.</summary>
    /// <exception cref="CliException">There is no worker.</exception>
    public static async Task<T> UnlessNobodyWorksAsync<T>(Invocation invocation, Func<CancellationToken, Task<T>> wait)
    {
        var queue = await invocation.OpenAsync();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(invocation.Token);
        var waiting = wait(ended.Token);
        long? missingSince = null;
        try
        {
            while (!waiting.IsCompleted)
            {
                if (await WorkerPresence.IsThereAsync(queue, invocation.Token))
                {
                    missingSince = null;
                }
                else if (missingSince is null)
                {
                    missingSince = invocation.Time.GetTimestamp();
                }
                else if (invocation.Time.GetElapsedTime(missingSince.Value) >= Grace)
                {
                    throw CliException.NoWorker("No worker runs the commands of this queue.");
                }

                await Task.WhenAny(waiting, Task.Delay(LookEvery, invocation.Time, ended.Token));
                invocation.Token.ThrowIfCancellationRequested();
            }

            return await waiting;
        }
        finally
        {
            await ended.CancelAsync();
            await waiting.ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }
}

using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Workers;

/// <summary>While somebody waits for tasks: notices that no worker takes care of them, and that none comes.</summary>
internal static class WorkerWatch
{
    /// <summary>A worker that is being started, or started anew, has registered by then.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>Ends with the wait, or with an error if none of the tasks that have not ended has had a worker for some seconds.</summary>
    /// <param name="invocation">The command.</param>
    /// <param name="awaited">The tasks.</param>
    /// <param name="wait">Waits for them.</param>
    /// <exception cref="CliException">There is no worker.</exception>
    public static async Task<T> UnlessNobodyWorksAsync<T>(DqInvocation invocation, AwaitedTasks awaited, Func<CancellationToken, Task<T>> wait)
    {
        var queue = await invocation.OpenAsync();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(invocation.Token);
        var waiting = wait(ended.Token);
        long? missingSince = null;
        try
        {
            while (!waiting.IsCompleted)
            {
                if (await WorkerPresence.AreServedAsync(queue, awaited, invocation.Token))
                {
                    missingSince = null;
                }
                else if (missingSince is null)
                {
                    missingSince = invocation.Time.GetTimestamp();
                }
                else if (invocation.Time.GetElapsedTime(missingSince.Value) >= Grace)
                {
                    throw CliException.NoWorker(await DescribeAsync(queue, invocation.Token));
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

    private static async Task<string> DescribeAsync(ITaskQueue queue, CancellationToken cancellationToken) =>
        await WorkerPresence.IsThereAsync(queue, cancellationToken)
            ? "No worker takes these tasks: those that are there take other groups or types."
            : "No worker runs the commands of this queue.";
}

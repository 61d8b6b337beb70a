using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Workers;

/// <summary>Waits for tasks: without the slots of the task that dq runs in, and not for tasks that no worker serves.</summary>
internal static class WorkerWatch
{
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(500);

    /// <summary>Completes with the wait, or fails if no worker has served any of the unfinished tasks for some seconds.</summary>
    /// <param name="invocation">The command.</param>
    /// <param name="awaited">The tasks that are waited for.</param>
    /// <param name="wait">Waits for them.</param>
    /// <exception cref="CliException">There is no worker.</exception>
    public static async Task<T> WithWorkerAsync<T>(DqInvocation invocation, Func<IReadOnlyList<TaskId>> awaited, Func<CancellationToken, Task<T>> wait)
    {
        var queue = await invocation.OpenAsync();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(invocation.Token);
        var waiting = RunSlot.WithoutAsync(invocation, wait, ended.Token);
        long? missingSince = null;
        try
        {
            while (!waiting.IsCompleted)
            {
                if (await WorkerPresence.AreServedAsync(queue, awaited(), invocation.Token))
                {
                    missingSince = null;
                }
                else if (missingSince is null)
                {
                    missingSince = invocation.Time.GetTimestamp();
                }
                else if (invocation.Time.GetElapsedTime(missingSince.Value) >= WorkerPresence.StartsWithin)
                {
                    throw CliException.NoWorker(await DescribeAsync(queue, invocation.Token));
                }

                await Task.WhenAny(waiting, Task.Delay(ProbePeriod, invocation.Time, ended.Token));
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
            ? "No worker serves these tasks; the running workers serve other groups or types."
            : "No worker is running for this queue.";
}
